"""The product's part of Saleor's own GraphQL schema."""
