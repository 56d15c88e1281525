# make demo    deploy the quickstart to a local AWS, invoke it, take it down
# make test    everything that needs no server: format, vet, lint, tests
# make deploy APP=quickstart    to the account of your credentials; ARGS="-c alarmEmail=..." for the CDK CLI

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.0

# Node 20 works and is past its end of life: CDK says so at every start, which
# is for whoever deploys and not for each test.
QUIET = JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20

.PHONY: demo test lint deploy end-to-end servers bench
.DEFAULT_GOAL := test

demo:
	$(QUIET) go run ./internal/demo

test: lint
	$(QUIET) CDK_VALIDATION=false go test ./...

lint:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "gofmt -w $$unformatted" >&2; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...

deploy: node_modules
	@test -n "$(APP)" || { echo "name the app: make deploy APP=quickstart" >&2; exit 1; }
	npx cdk deploy $(APP) -c app=$(APP) $(ARGS)

# LOCAL_AWS is a folder with deploy.sh, readback.sh and moto_ext.py.
end-to-end: node_modules
	$(QUIET) CDK_VALIDATION=false SECUREGOFUNCTION_LOCAL_AWS=$(abspath $(LOCAL_AWS)) go test ./test -count=1 -run TestEndToEnd -v

# The handler half against a local AWS, PostgreSQL and MariaDB (Debian's
# packages postgresql, mariadb-server-core and mariadb-client-core).
servers:
	SECUREGOFUNCTION_LOCAL_AWS=$(abspath $(LOCAL_AWS)) SECUREGOFUNCTION_REQUIRE_POSTGRES=1 SECUREGOFUNCTION_REQUIRE_MARIADB=1 go test -count=1 ./handler/...

bench:
	$(QUIET) CDK_VALIDATION=false go test ./test -run '^$$' -bench . -benchtime 1x
	go test ./internal/gobuild ./handler/... -run '^$$' -bench .

node_modules: package-lock.json
	npm ci --no-audit --no-fund
	@touch node_modules
