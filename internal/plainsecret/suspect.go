package plainsecret

import (
	"regexp"
	"strings"
)

// Suspect returns why the environment variable looks like a secret, as a phrase such as "its name says PASSWORD", or "" if it does not.
//
// The phrase is safe to log: it is one of a fixed set and takes nothing from the value but, for high entropy, a length. Only a value
// that is itself such a word, as in DB_PASSWORD=PASSWORD, coincides with it.
// A value may hold unresolved CDK tokens; its random part is unknown then, so only its name and its form count.
func Suspect(name, value string) string {
	if form := knownForm(value); form != "" {
		return "its value " + form
	}
	name = words(name)
	if word := secretWord(name); word != "" && !harmless.MatchString(value) {
		return "its name says " + word
	}
	if identifier.MatchString(name) || strings.Contains(value, "${Token[") {
		return ""
	}
	if form := randomRun(value); form != "" {
		return "its value " + form
	}
	return ""
}

var (
	lowerUpper  = regexp.MustCompile(`([a-z0-9])([A-Z])`)
	acronymWord = regexp.MustCompile(`([A-Z])([A-Z][a-z])`)
	noLetter    = regexp.MustCompile(`[^A-Za-z]+`)
)

// words writes dbAPIKey2 and DB_API_KEY alike: upper case, one underscore between words, digits dropped.
func words(name string) string {
	name = lowerUpper.ReplaceAllString(name, "${1}_${2}")
	name = acronymWord.ReplaceAllString(name, "${1}_${2}")
	return strings.ToUpper(strings.Trim(noLetter.ReplaceAllString(name, "_"), "_"))
}

// The words of a name that is not that of the secret but of something about it: TOKEN_URL is a place and PASSWORD_MIN_LENGTH a number.
const (
	// Values of these are often random and never secret.
	identifiers = `IDS?|ARNS?|NAMES?|SHA|COMMIT|VERSION|REVISION|DIGEST|HASH|CHECKSUM|FINGERPRINT|THUMBPRINT|ETAG|IMAGE|` +
		`ADDRESS|CERT|CERTIFICATE|JWKS|PUBLIC|PUBLISHABLE`
	places = `URLS?|URI|ENDPOINT|HOST|DOMAIN|PATH|FILE|DIR|TABLE|BUCKET|QUEUE|TOPIC|FUNCTION|SERVICE|PROVIDER|MANAGER|STORE|CACHE|` +
		`PARAM|PARAMETER|SSM`
	measures = `MIN|MAX|LENGTH|LEN|SIZE|COUNT|LIMIT|ITERATIONS|ROUNDS|TTL|EXPIRY|EXPIRATION|EXPIRES|DURATION|LIFETIME|TIMEOUT|AGE|` +
		`SECONDS|MINUTES|HOURS|DAYS`
	treatment = `ENABLED|DISABLED|REQUIRED|RESET|ROTATION|POLICY|PATTERN|REGEX|FORMAT|TYPE|KIND|USE|MODE|METHOD|TEMPLATE|SUBJECT|` +
		`ALGORITHM|ALG|ISSUER|AUDIENCE|SCOPES?|HEADERS?|COOKIE|FIELD|COLUMN|ATTRIBUTE|PREFIX|SUFFIX|LABEL|SYMBOL|ALIAS|REGION|ROLE|` +
		`USER|USERNAME`
)

var (
	identifier = regexp.MustCompile(`(?:^|_)(?:` + identifiers + `)(?:_|$)`)
	aspect     = regexp.MustCompile(`(?:^|_)(?:` + identifiers + `|` + places + `|` + measures + `|` + treatment + `)(?:_|$)`)

	// The long ones also end a word (PGPASSWORD); PASS only ends a name, for PASS_RATE. The greedy start finds the last one:
	// PASSWORD_TABLE_TOKEN is a token. TOKENS and SECRETS are not here: MAX_TOKENS, SECRETS_EXTENSION.
	secretName = regexp.MustCompile(`^(.*_)?(?:[A-Z]*((?:API|ACCESS|PRIVATE|SECRET|ENCRYPTION|SIGNING|MASTER|SHARED|ACCOUNT|AUTH|HMAC|JWT|` +
		`LICENSE|SDK)_?KEYS?|PASSWORDS?|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?)|` +
		`(PWD|CREDS?|AUTHORIZATION|(?:BASIC|PROXY|HTTP|REDIS)_AUTH|PASS$))(?:_(.*))?$`)

	// Values that no secret has, whatever the name: nothing, a switch, a small number or duration, an ARN, the path of an SSM parameter or
	// the lower case path of a Secrets Manager secret.
	harmless = regexp.MustCompile(`^(?:|(?i:true|false|yes|no|on|off|none|null|enabled|disabled)|\d{1,5}(?:\.\d{1,3})?(?:ms|[smhd])?|` +
		`arn:[^:]+:[a-z0-9-]+:.+|(?:/[\w.-]+)+|[a-z][a-z0-9_-]*(?:/[a-z][a-z0-9_-]*)+)$`)
)

// secretWord returns the part of the name that says secret, or "" where none does or what follows it says otherwise.
func secretWord(name string) string {
	m := secretName.FindStringSubmatch(name)
	if m == nil || aspect.MatchString(m[4]) || strings.HasSuffix(m[1], "PUBLIC_") || strings.HasSuffix(m[1], "PUBLISHABLE_") {
		return ""
	}
	return m[2] + m[3]
}
