package plainsecret

import (
	"encoding/base64"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// Every secret here is made up, and put together at run time so that no scanner takes this file for a leak.

const (
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits = "0123456789"
	hex16  = digits + "abcdef"
	base62 = digits + upper + lower
)

// random is the same on every run for the same arguments.
func random(alphabet string, n int) string {
	return sample(rand.New(rand.NewPCG(1, uint64(n))), alphabet, n)
}

func sample(r *rand.Rand, alphabet string, n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte(alphabet[r.IntN(len(alphabet))])
	}
	return b.String()
}

var (
	fake      = strings.Repeat("Fake-", 3)
	uuid      = "0b1c2d3e" + "-4f50-4a6b-8c7d-9e0f1a2b3c4d"
	token     = "${Token[TOKEN.123]}"
	as        = strings.Repeat("a", 40)
	withLogin = "carries a login, as connection strings do"
)

func pem(kind string) string {
	return "-----BEGIN " + kind + "-----\n" + random(base62+"+/", 64) + "\n" + random(base62, 48) + "\n-----END " + kind + "-----\n"
}

var refused = []struct{ situation, name, value, because string }{
	{"password", "DB_PASSWORD", fake, "its name says PASSWORD"},
	{"password in camel case", "dbPassword", fake, "its name says PASSWORD"},
	{"password with a number", "DB_PASSWORD2", fake, "its name says PASSWORD"},
	{"password as the end of a word", "PGPASSWORD", fake, "its name says PASSWORD"},
	{"password of a stage", "SMTP_PASSWORD_PROD", fake, "its name says PASSWORD"},
	{"password that is six digits", "DB_PASSWORD", "123456", "its name says PASSWORD"},
	{"password that CDK resolves", "DB_PASSWORD", token, "its name says PASSWORD"},
	{"password that looks random", "DB_PASSWORD", random(base62, 40), "its name says PASSWORD"},
	{"password given as a UUID", "ADMIN_PASSWORD", uuid, "its name says PASSWORD"},
	{"two secret words, the last counts", "PASSWORD_TABLE_TOKEN", fake, "its name says TOKEN"},
	{"acronym before a word", "stripeAPIKey", fake, "its name says API_KEY"},
	{"one word", "appsyncApikey", fake, "its name says APIKEY"},
	{"other punctuation", "db.client-secret", fake, "its name says SECRET"},
	{"unknown word after the secret", "SECRET_KEY_BASE", fake, "its name says SECRET_KEY"},
	{"AWS secret access key", "AWS_SECRET_ACCESS_KEY", fake, "its name says ACCESS_KEY"},
	{"private as in not public", "NEXT_PRIVATE_API_KEY", fake, "its name says API_KEY"},
	{"short word in camel case", "dbPwd", fake, "its name says PWD"},
	{"pass with a number", "SMTP_PASS2", fake, "its name says PASS"},
	{"pass at the end", "SMTP_PASS", fake, "its name says PASS"},
	{"relative path in mixed case", "DB_SECRET", "Fake/Value", "its name says SECRET"},
	{"URL under a secret name", "API_TOKEN", "https://example.com/x", "its name says TOKEN"},
	{"flag and more", "API_TOKEN", "true-" + fake, "its name says TOKEN"},

	{"PEM private key", "SETTING", pem("PRIVATE" + " KEY"), "its value is a PEM private key"},
	{"RSA private key on one line", "SETTING", strings.ReplaceAll(pem("RSA PRIVATE"+" KEY"), "\n", `\n`), "its value is a PEM private key"},
	{"OpenSSH key in the middle of JSON", "PUBLIC_SETTING", `{"key": "` + pem("OPENSSH PRIVATE"+" KEY") + `"}`, "its value is a PEM private key"},
	{"AWS access key id", "KEY_ID", "AKIA" + strings.Repeat("Q2", 8), "its value has the form of an AWS access key id"},
	{"AWS temporary access key id in a list", "SETTING", "x,ASIA" + strings.Repeat("Q2", 8) + ",y", "its value has the form of an AWS access key id"},
	{"dynamic reference", "SETTING", "{{resolve:secretsmanager:prod/db:SecretString:pass}}",
		"its value is a dynamic reference that deployment replaces by plain text"},
	{"GitHub token", "SETTING", "ghp" + "_" + as, "its value has the form of a GitHub token"},
	{"GitHub app token", "SETTING", "ghs" + "_" + as, "its value has the form of a GitHub token"},
	{"GitHub fine-grained token", "SETTING", "github" + "_pat_" + as, "its value has the form of a GitHub token"},
	{"GitLab token", "SETTING", "glpat" + "-" + as, "its value has the form of a GitLab token"},
	{"Slack bot token", "SETTING", "xoxb" + "-" + as, "its value has the form of a Slack token"},
	{"Slack app token", "SETTING", "xapp" + "-1-" + as, "its value has the form of a Slack token"},
	{"Slack webhook", "WEBHOOK_URL", "https://hooks.slack.com" + "/services/T0/B0/" + as, "its value has the form of a Slack token"},
	{"Stripe secret key", "SETTING", "sk" + "_live_" + as, "its value has the form of a Stripe key"},
	{"Stripe restricted test key", "SETTING", "rk" + "_test_" + as, "its value has the form of a Stripe key"},
	{"Stripe webhook key", "SETTING", "whsec" + "_" + as, "its value has the form of a Stripe key"},
	{"Google API key", "SETTING", "AIza" + as[:35], "its value has the form of a Google key"},
	{"Google OAuth client", "SETTING", "GOCSPX" + "-" + as[:28], "its value has the form of a Google key"},
	{"npm token", "SETTING", "//registry.npmjs.org/:_auth=npm" + "_" + as[:36], "its value has the form of an npm token"},
	{"SendGrid key", "SETTING", "SG" + "." + as[:22] + "." + as, "its value has the form of a SendGrid key"},
	{"OpenAI key", "SETTING", "sk" + "-proj-" + as, "its value has the form of an OpenAI or Anthropic key"},
	{"OpenAI key of old", "SETTING", "sk" + "-" + as, "its value has the form of an OpenAI or Anthropic key"},
	{"Anthropic key", "SETTING", "sk" + "-ant-api03-" + as, "its value has the form of an OpenAI or Anthropic key"},
	{"Telegram bot", "SETTING", "123456789" + ":AA" + as[:33], "its value has the form of a Telegram bot token"},
	{"JWT", "SETTING", "ey" + "J" + as + "." + as + "." + as, "its value has the form of a JSON Web Token"},
	{"basic header", "AUTH_HEADER", "Basic " + base64.StdEncoding.EncodeToString([]byte("app:"+fake)), "its value is an HTTP login"},
	{"short basic header", "AUTH_HEADER", "basic " + base64.StdEncoding.EncodeToString([]byte("a:"+"bc")) + "=", "its value is an HTTP login"},
	{"whole header line", "SETTING", "Authorization: Bearer " + as, "its value is an HTTP login"},

	{"URL", "DATABASE_URL", "postgres://app:" + fake + "@db.example.com:5432/app", "its value " + withLogin},
	{"URL without a user", "REDIS_URL", "rediss://:" + fake + "@cache.example.com:6379", "its value " + withLogin},
	{"URL with a resolved token", "DATABASE_URL", "postgres://app:" + token + "@db.example.com/app", "its value " + withLogin},
	{"second URL of a list", "BROKERS", "amqp://{user}:{pass}@a.example.com,amqp://app:" + fake + "@b.example.com", "its value " + withLogin},
	{"Go MySQL DSN", "DSN", "app:" + fake + "@tcp(db.example.com:3306)/app?tls=true", "its value " + withLogin},
	{"libpq settings", "DSN", "host=db user=app password=" + fake, "its value " + withLogin},
	{"password that begins like a parameter", "DSN", "host=db password=@" + fake, "its value " + withLogin},
	{"password that begins like a variable", "DSN", "host=db password=$" + fake, "its value " + withLogin},
	{"password that begins like a verb", "DSN", "host=db password=%" + fake, "its value " + withLogin},
	{"ADO settings", "CONNECTION", "Server=db;User Id=app;Pwd=" + fake + ";Encrypt=yes", "its value " + withLogin},
	{"Azure storage", "CONNECTION", "AccountName=x;AccountKey=" + as + "==", "its value " + withLogin},
	{"JDBC", "JDBC_URL", "jdbc:postgresql://db.example.com/app?user=app&password=" + fake, "its value " + withLogin},
	{"signed URL", "FEED_URL", "https://example.com/x?se=2030&sig=" + fake, "its value " + withLogin},
	{"presigned URL", "FEED_URL", "https://b.s3.amazonaws.com/x?X-Amz-Signature=" + as, "its value " + withLogin},
	{"Java option", "JAVA_TOOL_OPTIONS", "-Xmx1g -Djavax.net.ssl.trustStorePassword=" + fake, "its value " + withLogin},
	{"JSON", "SETTINGS", `{"user": "app", "db_password" : "` + fake + `"}`, "its value " + withLogin},
	{"JSON, second of its kind", "SETTINGS", `{"csrf_token":"true","api-key":"` + fake + `"}`, "its value " + withLogin},
	{"password in a text with a token", "DSN", "host=" + token + " password=" + fake, "its value " + withLogin},

	{"128 bits in base62", "SETTING", random(base62, 22), "its value has 22 characters of high entropy"},
	{"AWS secret access key's form", "SETTING", random(base62+"+/", 40), "its value has 40 characters of high entropy"},
	{"32 bytes in base64", "SETTING", random(base62+"+/", 43) + "=", "its value has 43 characters of high entropy"},
	{"200 characters of base64", "SETTING", random(base62+"+/", 200), "its value has 200 characters of high entropy"},
	{"128 bits in hex", "SETTING", random(hex16, 32), "its value has 32 characters of high entropy"},
	{"256 bits in upper case hex", "SETTING", strings.ToUpper(random(hex16, 64)), "its value has 64 characters of high entropy"},
	{"hex with a prefix", "WALLET", "0x" + random(hex16, 64), "its value has 66 characters of high entropy"},
	{"random after a URL", "SETTINGS", `{"url":"https://example.com/x","k":"` + random(base62, 32) + `"}`, "its value has 32 characters of high entropy"},
	{"random after an ARN", "SETTINGS", "arn:aws:sqs:eu-west-1:111122223333:orders," + random(base62, 32), "its value has 32 characters of high entropy"},
	{"random after a name", "SETTINGS", "OrdersApiGatewayV2EventSourceMapping3 " + random(base62, 32), "its value has 32 characters of high entropy"},
	{"random under a name that begins like an id", "IDEA", random(base62, 32), "its value has 32 characters of high entropy"},
	{"word that begins like another", "DB_SECRET_MINT", fake, "its name says SECRET"},
	{"word that ends like another", "DB_SECRET_STORAGE", fake, "its name says SECRET"},
	{"random after a certificate", "SETTINGS", pem("CERTIFICATE") + "," + random(base62, 32), "its value has 32 characters of high entropy"},
}

func TestRefused(t *testing.T) {
	for _, c := range refused {
		got := Suspect(c.name, c.value)
		if got != c.because {
			t.Errorf("%s: %s: got %q, want %q", c.situation, c.name, got, c.because)
		}
		if part := shared(got, c.value); part != "" {
			t.Errorf("%s: the reason %q repeats %q of the value", c.situation, got, part)
		}
	}
}

func TestEachPrefix(t *testing.T) {
	for _, start := range []string{"gh" + "o_", "gh" + "p_", "gh" + "r_", "gh" + "s_", "gh" + "u_", "gl" + "pat-", "gl" + "dt-", "gl" + "rt-",
		"gl" + "cbt-", "gl" + "ptt-", "gl" + "soat-", "gl" + "agent-", "xox" + "a-", "xox" + "b-", "xox" + "e-", "xox" + "o-", "xox" + "p-", "xox" + "r-", "xox" + "s-",
		"hooks.slack.com" + "/services/T/", "hooks.slack.com" + "/workflows/T/", "hooks.slack.com" + "/triggers/T/",
		"sk" + "_live_", "sk" + "_test_", "rk" + "_live_", "rk" + "_test_", "sk" + "-proj-", "sk" + "-svcacct-", "sk" + "-admin-", "sk" + "-ant-api03-",
		"password=", "PASSWD=", "pwd=", "secret=", "token=", "apikey=", "api_key=", "api-key=", "AccountKey=", "SharedAccessKey=", "signature=", "sig=",
		"basic ", "Bearer "} {
		if Suspect("SETTING", start+as) == "" {
			t.Errorf("%s passes", start)
		}
		if got := Suspect("SETTING", "my"+start); got != "" {
			t.Errorf("%s alone: got %q", start, got)
		}
	}
	if Suspect("DSN", "app:"+fake+"@unix(/tmp/mysql.sock)/app") == "" {
		t.Error("MySQL over a socket passes")
	}
}

// Ordinary variables of ordinary functions.
var ordinary = []struct{ name, value string }{
	// Names that say what the value points at, with the values they have.
	{"API_KEY_PARAMETER", "orders-api-key"},
	{"API_KEY_PARAM", token},
	{"API_KEY_SSM", token},
	{"API_KEY", "/my_app/api_key"},
	{"API_KEY", "/api_key"},
	{"DB_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-AbCdEf"},
	{"DB_SECRET_ARN", token},
	{"DB_SECRET", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-AbCdEf"},
	{"DB_SECRET", "arn:${Token[AWS.Partition.3]}:secretsmanager:eu-west-1:111122223333:secret:orders-AbCdEf"},
	{"DB_SECRET", "prod/orders/db"},
	{"ENCRYPTION_KEY", "alias/orders"},
	{"ENCRYPTION_KEY", "arn:aws:kms:eu-west-1:111122223333:key/" + uuid},
	{"SECRET_NAME", "orders-db"},
	{"secretName", "OrdersDb"},
	{"TOKEN_URL", "https://auth.example.com/oauth2/token"},
	{"TOKEN_ENDPOINT_AUTH_METHOD", "client_secret_basic"},
	{"TOKEN_ISSUER", "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI"},
	{"TOKEN_TTL_SECONDS", "1800000"},
	{"TOKEN_TTL", "15m"},
	{"TOKEN_ALGORITHM", "RS256"},
	{"TOKEN_TABLE", "orders-tokens"},
	{"REFRESH_TOKEN", "3600"},
	{"PASSWORD_MIN_LENGTH", "12"},
	{"PASSWORD_RESET_ENABLED", "true"},
	{"PASSWORD_RESET_SUBJECT", "Choose a new password"},
	{"PASSWORD_POLICY", "upper,lower,digit"},
	{"REQUIRE_PASSWORD", "TRUE"},
	{"USE_BASIC_AUTH", "no"},
	{"REDIS_AUTH", "none"},
	{"DB_PASSWORD", ""},
	{"DB_PASSWORD", "null"},
	{"PASS_RATE", "two in three"},
	{"API_KEY_HEADER", "x-api-key"},
	{"GOOGLE_APPLICATION_CREDENTIALS", "/var/task/gcp.json"},
	{"CREDENTIALS_PROVIDER", "container"},
	{"ACCESS_CONTROL_ALLOW_CREDENTIALS", "true"},
	{"PWD", "/var/task"},
	{"STRIPE_PUBLIC_API_KEY", "pk" + "_live_" + random(base62, 24)},
	{"STRIPE_PUBLISHABLE_API_KEY", "pk" + "_test_" + random(base62, 99)},
	{"STRIPE", "pk" + "_live_" + random(base62, 24)},
	{"STRIPE_TEST", "pk" + "_test_" + random(base62, 24)},
	{"SENTRY_PUBLIC_TOKEN", "orders-web"},
	// Names that only sound like one.
	{"KMS_KEY_ID", uuid},
	{"KEY_ID", "K" + random(upper+digits, 13)},
	{"KEY_PAIR_ID", "K" + random(upper+digits, 12)},
	{"PUBLIC_KEY", pem("PUBLIC KEY")},
	{"JWT_PUBLIC_KEY", "MII" + random(base62+"+/", 61)},
	{"MAX_TOKENS", "4096"},
	{"STOP_TOKENS", "###"},
	{"TOKENIZER", "cl100k_base"},
	{"TOKENIZERS_PARALLELISM", "false"},
	{"PASSWORDLESS", "email"},
	{"SECRETARY_EMAIL", "office@example.com"},
	{"PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", "2773"},
	{"PARAMETERS_SECRETS_EXTENSION_LOG_LEVEL", "info"},
	{"IDEMPOTENCY_KEY_ATTRIBUTE", "orderId"},
	{"PARTITION_KEY", "customerId"},
	{"SORT_KEY", "createdAt"},
	{"S3_KEY", "reports/2024/Q1/Summary.csv"},
	{"OBJECT_KEY_PREFIX", "incoming/"},
	{"AUTH", "cognito"},
	{"AUTHOR", "Orders team"},
	{"AUTHORIZER_TYPE", "JWT"},
	{"AUTH_MODE", "Basic authentication"},
	{"COMPASS", "north"},
	{"BYPASS", "health"},
	{"KEYBOARD_LAYOUT", "de-CH"},
	{"MONKEY", "see"},
	// Digests, commits, versions, ids.
	{"GIT_SHA", random(hex16, 40)},
	{"COMMIT", random(hex16, 40)},
	{"CODE_SHA256", random(hex16, 64)},
	{"APP_VERSION", random(hex16, 40)},
	{"VERSION", "1.42.0-rc.1+20240131"},
	{"SCHEMA_CHECKSUM", random(hex16, 32)},
	{"MODEL_DIGEST", random(hex16, 64)},
	{"BUNDLE_HASH", random(base62+"+/", 43) + "="},
	{"LAYER", "sha256:" + random(hex16, 64)},
	{"INTEGRITY", "sha384-" + random(base62+"+/", 64)},
	{"BUILD", "20240131T101500Z"},
	{"REQUEST_NAMESPACE", strings.ToUpper(uuid)},
	{"AUTH0_CLIENT_ID", random(base62, 32)},
	{"CATEGORY", random(hex16, 24)},
	{"SESSION", random(digits+lower, 30)},
	{"ORDER", "01ARZ3NDEKTSV4RRFFQ69G5FAV"},
	{"ALLOWED_CLIENT_IDS", random(base62, 32) + "," + random(base62, 24)},
	{"COGNITO_CLIENT", random(digits+lower, 26)},
	{"COGNITO_POOL", "eu-west-1_AbCdEfGhI"},
	{"PRICE_PRO", "price" + "_" + random(base62, 24)},
	{"TRACE", strings.Repeat("0", 31) + "1"},
	{"ACCOUNTS", "111122223333,444455556666"},
	{"PHONES", strings.Repeat("41445556677", 3)},
	{"CONTRACT", "0x" + random(hex16+"ABCDEF", 40)},
	{"ASSET", random(hex16, 64) + ".zip"},
	// What AWS calls things.
	{"TABLE_NAME", "OrdersStack-OrdersTable315BB997-1T8X9ZQ2K4M7P"},
	{"ORDERS", "OrdersStack-OrdersTable315BB997-1T8X9ZQ2K4M7P"},
	{"RECEIPTS", "ordersstack-receiptsbucket1a2b3c4d-9x8y7z6w5v4u"},
	{"BUCKET", "acme-orders-prod-111122223333-eu-west-1"},
	{"QUEUE", "https://sqs.eu-west-1.amazonaws.com/111122223333/OrdersStack-Queue4A7E3555-Ab1Cd2Ef3Gh4"},
	{"QUEUE_URL", token},
	{"TOPIC", "arn:aws:sns:eu-west-1:111122223333:OrdersStack-TopicBFC7AF6E-Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8"},
	{"STATE_MACHINE", "arn:${Token[AWS.Partition.3]}:states:eu-west-1:111122223333:stateMachine:" + random(base62, 24)},
	{"JOB", "/" + token + "/" + random(base62, 32)},
	{"CLUSTER", "orders.cluster-c1a2b3c4d5e6.eu-west-1.rds.amazonaws.com"},
	{"PROXY", "orders.proxy-c1a2b3c4d5e6.eu-west-1.rds.amazonaws.com:5432"},
	{"CDN", "d111111abcdef8.cloudfront.net"},
	{"API", "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod"},
	{"GRAPHQL", "https://" + random(digits+lower, 26) + ".appsync-api.eu-west-1.amazonaws.com/graphql"},
	{"SEARCH", "search-orders-" + random(digits+lower, 26) + ".eu-west-1.es.amazonaws.com"},
	{"WORKER", "111122223333.dkr.ecr.eu-west-1.amazonaws.com/cdk-hnb659fds-container-assets:" + random(hex16, 64)},
	{"SIDECAR", "registry.example.com:5000/orders:" + random(hex16, 40)},
	{"SUBNETS", "subnet-0a1b2c3d4e5f60718,subnet-1a2b3c4d5e6f70819"},
	{"VPC", "vpc-0a1b2c3d4e5f60718"},
	{"SECURITY_GROUP", "sg-0a1b2c3d4e5f60718"},
	{"MODEL", "anthropic.claude-3-5-sonnet-20240620-v1:0"},
	{"GLUE_JOB", "glue-orders-nightly-load-production"},
	{"EVENT_SOURCE", "OrdersApiGatewayV2EventSourceMapping3"},
	{"LOG_GROUP", "/aws/lambda/OrdersStack-Handler886CB40B-Ab1Cd2Ef3Gh4"},
	// The rest of an application's settings.
	{"LOG_LEVEL", "INFO"},
	{"LOG_FORMAT", `%t %h "%r" %>s password=%p`},
	{"STAGE", "prod"},
	{"TZ", "Europe/Zurich"},
	{"DEBUG", "1"},
	{"PORT", "8080"},
	{"TIMEOUT", "2.5s"},
	{"PI", "3.14159265358979323846264338327950288"},
	{"EPOCH", "2024-01-31T10:15:00Z"},
	{"SCHEDULE", "cron(0/15 8-18 ? * MON-FRI *)"},
	{"CIDRS", "10.0.0.0/16,192.168.0.0/24,2001:db8::/32"},
	{"LOCALES", "de-CH,fr-CH,it-CH,en-GB,pt-BR,zh-Hans-CN,sk-SK"},
	{"FLAGS", `{"newCheckout":true,"refresh_token":"true","sampling":0.25,"regions":["eu-west-1","us-east-1"]}`},
	{"JSON_PATHS", `{"token":"/my_app/token","secret":"prod/orders/db"}`},
	{"CORS_ORIGINS", "https://app.example.com,https://admin.example.com"},
	{"CALLBACK", "https://app.example.com/callback?state={state}&token={token}"},
	{"WEBHOOK", "https://example.com/hooks/" + random(base62, 32)},
	{"REPO", "ssh://git@github.com:22/example/orders.git"},
	{"REPO_URL", "git@github.com:example/orders.git"},
	{"DATABASE_URL", "postgres://orders_app@db.example.com:5432/orders?sslmode=verify-full"},
	{"DATABASE_TEMPLATE", "postgres://$USER:${PASS}@db.example.com/orders"},
	{"DATABASE_SCRIPT", "postgres://app:$DB_PASSWORD@db.example.com/orders"},
	{"DATABASE_SHOWN", "postgres://app:****@db.example.com/orders"},
	{"DATABASE_DOC", "postgres://<user>:<pass>@db.example.com/orders"},
	{"UPSTREAMS", "http://a:8080,http://b:8080/@scope/pkg"},
	{"QUERY", "SELECT id FROM sessions WHERE token=:token AND expires > now()"},
	{"FIND", "UPDATE users SET password=? WHERE id = $1"},
	{"AUTH_SCHEME", "Bearer"},
	{"SSH_AUTHORIZED", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5" + random(base62+"+/", 48) + " dev@example.com"},
	{"SSH_HOST_IS", "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY" + random(base62+"+/", 64)},
	{"TRUST", pem("CERTIFICATE")},
	{"CA_CERT", base64.StdEncoding.EncodeToString([]byte(pem("CERTIFICATE")))},
	{"MAIN_CLASS", "com.example.orders.StoreApplicationV2Handler"},
	{"GOPATH", "/opt/go/1.26/App2/Src3/Pkg4"},
	{"ARCHIVE", "App/2024/01/15/Logs/2025/02/16"},
	{"REPORTS", "a1/B2/c3/D4/Orders/e5/F6/Load"},
	{"BRIDGE", "XMLHTTPRequestToGRPCBridgeURLs"},
	{"STEPS", "Head12Post34Send56Read78"},
	{"MASK", strings.Repeat("aA1", 12)},
	{"FONT", "abcdefghijklmnopqrstuvwxyz0123456789"},
	{"SENTRY_DSN", "https://" + random(hex16, 32) + "@o123.ingest.sentry.io/456"},
	{"GREETING", "Enter your password: it's the one from the letter"},
	{"FROM", "Orders <no-reply@example.com>"},
}

func TestOrdinary(t *testing.T) {
	for _, c := range ordinary {
		if got := Suspect(c.name, c.value); got != "" {
			t.Errorf("%s=%s: got %q, want nothing", c.name, c.value, got)
		}
	}
}

func TestEachSecretWord(t *testing.T) {
	for _, word := range strings.Fields(`PASSWORD PASSWORDS PASSWD PASSPHRASE SECRET TOKEN CREDENTIAL CREDENTIALS API_KEY API_KEYS APIKEY
		ACCESS_KEY PRIVATE_KEY SECRET_KEY ENCRYPTION_KEY SIGNING_KEY MASTER_KEY SHARED_KEY ACCOUNT_KEY AUTH_KEY HMAC_KEY JWT_KEY LICENSE_KEY
		SDK_KEY PWD CRED CREDS AUTHORIZATION BASIC_AUTH PROXY_AUTH HTTP_AUTH REDIS_AUTH PASS`) {
		for _, name := range []string{word, "ORDERS_" + word} {
			if got := Suspect(name, fake); got != "its name says "+word {
				t.Errorf("%s: got %q", name, got)
			}
		}
	}
}

func TestEachWordThatPointsElsewhere(t *testing.T) {
	for _, word := range strings.Fields(`ID IDS ARN ARNS NAME NAMES SHA COMMIT VERSION REVISION DIGEST HASH CHECKSUM FINGERPRINT THUMBPRINT ETAG
		IMAGE ADDRESS CERT CERTIFICATE JWKS PUBLIC PUBLISHABLE`) {
		if got := Suspect("ORDERS_"+word+"_OLD", random(base62, 40)); got != "" {
			t.Errorf("random value of %s: got %q", word, got)
		}
		if got := Suspect("DB_SECRET_"+word, fake); got != "" {
			t.Errorf("DB_SECRET_%s: got %q", word, got)
		}
	}
	for _, word := range strings.Fields(`URL URLS URI ENDPOINT HOST DOMAIN PATH FILE DIR TABLE BUCKET QUEUE TOPIC FUNCTION SERVICE PROVIDER MANAGER
		STORE CACHE PARAM PARAMETER SSM MIN MAX LENGTH LEN SIZE COUNT LIMIT ITERATIONS ROUNDS TTL EXPIRY EXPIRATION EXPIRES DURATION LIFETIME
		TIMEOUT AGE SECONDS MINUTES HOURS DAYS ENABLED DISABLED REQUIRED RESET ROTATION POLICY PATTERN REGEX FORMAT TYPE KIND USE MODE METHOD
		TEMPLATE SUBJECT ALGORITHM ALG ISSUER AUDIENCE SCOPE SCOPES HEADER HEADERS COOKIE FIELD COLUMN ATTRIBUTE PREFIX SUFFIX LABEL SYMBOL
		ALIAS REGION ROLE USER USERNAME`) {
		if got := Suspect("DB_SECRET_"+word+"_OLD", fake); got != "" {
			t.Errorf("DB_SECRET_%s_OLD: got %q", word, got)
		}
		if got := Suspect("ORDERS_"+word, random(base62, 40)); got == "" {
			t.Errorf("random value of ORDERS_%s: passes", word)
		}
	}
}

func TestEachHarmlessValue(t *testing.T) {
	for _, value := range []string{"", "true", "False", "yes", "no", "on", "OFF", "none", "null", "enabled", "disabled", "0", "86400", "0.25",
		"250ms", "30s", "15m", "12h", "7d", "arn:aws:ssm:eu-west-1:111122223333:parameter/x", "/a/b-c.d_E", "prod/db_1/x-y"} {
		if got := Suspect("DB_SECRET", value); got != "" {
			t.Errorf("%q: got %q", value, got)
		}
	}
	for _, value := range []string{"truely", "123456", "1h30", "aarn:aws:ssm:x", "arn:aws", "/a b", "/" + token, "db", "a/" + token, "\n"} {
		if Suspect("DB_SECRET", value) == "" {
			t.Errorf("%q passes", value)
		}
	}
}

func TestReasonKeepsTheSecret(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	prefixes := []string{"", "AKIA", "gh" + "p_", "glpat" + "-", "xox" + "b-", "sk" + "_live_", "AIza", "npm" + "_",
		"Bearer ", "postgres://app:", "password=", "-----BEGIN "}
	suffixes := []string{"", "@db.example.com/app", ".zip", "==", "PRIVATE" + " KEY-----"}
	alphabets := []string{base62, hex16, upper + "234567", base62 + "+/-_.", digits, lower, base62 + " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"}
	names := []string{"DB_PASSWORD", "SETTING", "API_KEY", "GIT_SHA"}
	// A closed set of phrases: nothing of a value can be in one but a length.
	phrases := map[string]bool{"its name says PASSWORD": true, "its name says API_KEY": true, "its value " + withLogin: true,
		"its value has N characters of high entropy": true}
	for _, f := range forms {
		phrases["its value "+f.is] = true
	}
	number := regexp.MustCompile(`\d+`)
	refusals := 0
	for range 5000 {
		secret := sample(r, alphabets[r.IntN(len(alphabets))], 1+r.IntN(80))
		value := prefixes[r.IntN(len(prefixes))] + secret + suffixes[r.IntN(len(suffixes))]
		got := Suspect(names[r.IntN(len(names))], value)
		if got == "" {
			continue
		}
		refusals++
		if part := shared(got, value); part != "" || !phrases[number.ReplaceAllString(got, "N")] {
			t.Fatalf("value %q: reason %q, which shares %q with it", value, got, part)
		}
	}
	if refusals < 1000 {
		t.Errorf("only %d of 5000 were refused: too few to say anything", refusals)
	}
}

// shared returns six consecutive characters of value, or a shorter one as a whole, that reason has too. One or two characters are no secret.
func shared(reason, value string) string {
	if len(value) < 3 {
		return ""
	}
	n := min(6, len(value))
	for i := 0; i+n <= len(value); i++ {
		if strings.Contains(reason, value[i:i+n]) {
			return value[i : i+n]
		}
	}
	return ""
}
