// Package config reads in the handler what the stack linked. Load fills a
// struct by its link tags, in as few calls as the APIs allow:
//
//	type Config struct {
//		APIKey   config.Secret   `link:"API_KEY"`
//		Daily    int             `link:"DAILY_LIMIT,optional"`
//		Receipts config.Bucket   `link:"RECEIPTS"`
//		DB       config.Postgres `link:"DB"`
//	}
//
//	func handle(ctx context.Context, order Order) (Receipt, error) {
//		cfg, err := config.Load[Config](ctx)
//		if err != nil {
//			return Receipt{}, err
//		}
//		...
//	}
//
// The same struct as Config of the function's props is held against the links
// when the stack is synthesized: each field has a link of its kind, and each
// link is read by a field.
//
// # Fields
//
// SSM parameters and secrets of Secrets Manager are read into a [Secret], a
// string, bool, number or [time.Duration], or as JSON into a struct, map or
// slice, whose fields may be Secrets in turn; what is below a path, into
// [Parameters]. Everything else is in the environment: [Bucket], [Table],
// [Queue], [Topic], [Bus], [Stream], [StateMachine], [Function], [Key],
// [Postgres], [MySQL], [Valkey], [File], [Address], [URL], and [Text] for a
// plain setting.
//
// An optional field keeps its zero value where the variable is not set, or
// where what it names does not exist. Structs without a tag are walked into;
// link:"-" leaves a field alone.
//
// # Calls
//
// Ten parameters are one call, and a secret is one, whichever of its JSON
// fields are read; all calls go side by side. If AWS refuses ten parameters for
// one of them, each is read alone to tell which. A call is tried three times,
// each for 3 s at most.
//
// Secrets are not read with BatchGetSecretValue, twenty to a call: IAM takes
// that action for all secrets or none, and a link names one.
//
// AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SSM, AWS_ENDPOINT_URL_SECRETS_MANAGER and
// AWS_USE_FIPS_ENDPOINT mean what they mean to the SDK; AWS_USE_DUALSTACK_ENDPOINT
// and profiles are not read. Credentials are those that Lambda puts into the
// environment.
//
// # Size
//
// The two services are called in their JSON protocol, with the SDK's signer and
// rules for retries, and tests hold requests and endpoints against those of the
// SDK's own clients, which would cost a handler more. Built as the construct
// builds it, for linux/arm64 with Go 1.26:
//
//	a handler that reads nothing              5.8 MB  2.4 MB zipped
//	with Load                                +0.3 MB  +0.1 MB, and 0.1 ms to start
//	with the SDK's config and two clients    +4.2 MB  +1.2 MB, and 6 ms to start
//
// TestSize measures the sizes. The times are CPU time of the process until it
// asks for its first invocation, medians of 60 runs on linux/amd64.
//
// # What it does not do
//
// A value that is read by a handler is in its memory in plain text. Whatever
// calls Reveal may print it. A function that is invoked rarely may see a value
// that is as old as the time since its last invocation, once.
package config
