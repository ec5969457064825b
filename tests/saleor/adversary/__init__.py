"""An adversary who knows GraphQL and Saleor's jobs, and a judge who knows the tables.

``run`` lets clients loose on a real Saleor in processes of its own, ``judge`` reads
from the database what came of it. Neither asks the product for its opinion.
"""
