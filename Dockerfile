# Saleor with the product in it; nothing else has to be set.
# docker build --tag saleor-with-rewards .
FROM ghcr.io/saleor/saleor:3.23
COPY . /tmp/saleor-rewards
RUN pip install --no-cache-dir /tmp/saleor-rewards && rm -r /tmp/saleor-rewards
