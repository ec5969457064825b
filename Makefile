# Every command makes what it needs under .build/, and nothing anywhere else.
# SALEOR_PYTHON=/path/to/python adds the Saleor of that Python to the tests, and is the
# one that demo, browser and bench run on; DATABASE_URL=postgres://... uses that server
# instead of one of our own; tests run on every core, up to four, or on WORKERS=n.

PYTHON ?= python3
ARGS ?=
PORT ?=
ONCE ?=

.DEFAULT_GOAL := help
.PHONY: help test source pure saleor browser storms demo bench locks clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

test: ## everything that has to pass
	@$(PYTHON) -m tools.check

source: ## lint, formatting, types, import contracts, house rules
	@$(PYTHON) -m tools.check source

pure: ## tests of what needs no Saleor (ARGS goes to pytest)
	@$(PYTHON) -m tools.check pure -- $(ARGS)

saleor: ## tests on a real Saleor (ARGS goes to pytest, such as ARGS="-k ladder -x")
	@$(PYTHON) -m tools.check saleor -- $(ARGS)

browser: ## tests of the demo's page in headless Chromium (ARGS goes to pytest)
	@$(PYTHON) -m tools.check browser -- $(ARGS)

storms: ## long tests: many carts, many requests at once (ARGS goes to pytest)
	@$(PYTHON) -m tools.check storms -- $(ARGS)

demo: ## a shop with offers (ONCE=1 plays one journey and exits; PORT=8000)
	@$(PYTHON) -m demo $(if $(ONCE),--once) $(if $(PORT),--port $(PORT))

bench: ## what the product costs, as ratios
	@$(PYTHON) -m tools.bench $(ARGS)

locks: ## write requirements/*.txt anew (needs uv)
	@requirements/update

clean: ## remove all that was made
	@$(PYTHON) -m tools.clean
