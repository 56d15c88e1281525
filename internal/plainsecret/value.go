package plainsecret

import (
	"fmt"
	"math"
	"regexp"
	"strings"
)

// forms are the credentials that show what they are. Lengths are lower bounds: issuers lengthen their tokens now and then.
var forms = []struct {
	is   string
	form *regexp.Regexp
}{
	{"is a PEM private key", regexp.MustCompile(`-----BEGIN [A-Z0-9 ]*PRIVATE KEY`)},
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
	{"has the form of an AWS access key id", regexp.MustCompile(`\b(?:AKIA|ASIA)[A-Z2-7]{16}\b`)},
	// CloudFormation resolves it before it calls Lambda: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
	{"is a dynamic reference that deployment replaces by plain text", regexp.MustCompile(`\{\{resolve:secretsmanager:`)},
	{"has the form of a GitHub token", regexp.MustCompile(`\b(?:gh[oprsu]_\w{30}|github_pat_\w{22})`)},
	{"has the form of a GitLab token", regexp.MustCompile(`\bgl(?:pat|dt|rt|cbt|ptt|soat|agent)-[\w-]{20}`)},
	{"has the form of a Slack token", regexp.MustCompile(`\bxox[abeoprs]-[\w-]{10}|\bxapp-\d-|hooks\.slack\.com/(?:services|workflows|triggers)/\w+/\w`)},
	{"has the form of a Stripe key", regexp.MustCompile(`\b(?:[rs]k_(?:live|test)_\w{10}|whsec_\w{20})`)},
	{"has the form of a Google key", regexp.MustCompile(`\b(?:AIza[\w-]{35}|GOCSPX-[\w-]{20})`)},
	{"has the form of an npm token", regexp.MustCompile(`\bnpm_[0-9A-Za-z]{36}`)},
	{"has the form of a SendGrid key", regexp.MustCompile(`\bSG\.[\w-]{16,}\.[\w-]{16}`)},
	{"has the form of an OpenAI or Anthropic key", regexp.MustCompile(`\bsk-(?:(?:proj|svcacct|admin|ant-\w+)-[\w-]{20}|[0-9A-Za-z]{40})`)},
	{"has the form of a Telegram bot token", regexp.MustCompile(`\b\d{8,10}:AA[\w-]{33}`)},
	{"has the form of a JSON Web Token", regexp.MustCompile(`\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10}`)},
	{"is an HTTP login", regexp.MustCompile(`(?i)^(?:authorization: *)?(?:basic|bearer) +(?:[\w.~+/-]{16,}=*|[\w.~+/-]+=+)$`)},
}

var (
	// Submatches are what logs in: of a URL with user:password@, of a Go MySQL DSN, of key=value in a connection string or a query, of JSON.
	login = regexp.MustCompile(`://[^/?#\s:@]*:([^/?#\s@]+)@|^[^\s:@/]+:(\S+)@(?:tcp|unix)\(|` +
		`(?i:(?:^|[?&;,\s{"'])(?:[\w.-]*(?:password|passwd|pwd|secret|token|api[_-]?key|accountkey|accesskey|signature)|sig)` +
		`(?:=|"\s*:\s*")([^\s"'&;,]+))`)
	placeholder = regexp.MustCompile(`^(?:\{.*\}|<.*>|%[a-z]|\$[A-Z_]+|\$\{\w+\}|\?|:\w+|\*+)$`)
)

// knownForm says which credential the value is or contains, or "".
func knownForm(value string) string {
	for _, f := range forms {
		if f.form.MatchString(value) {
			return f.is
		}
	}
	for _, m := range login.FindAllStringSubmatch(value, -1) {
		if s := m[1] + m[2] + m[3]; !placeholder.MatchString(s) && !harmless.MatchString(s) {
			return "carries a login, as connection strings do"
		}
	}
	return ""
}

// What looks random and is public: PEM that is no private key and SSH public keys; URLs and image names; ARNs; digests that say so;
// Ethereum addresses; Stripe's publishable keys and prices; files named by their hash, as CDK's assets are.
var public = regexp.MustCompile(`-----BEGIN [^-]+-----[^-]*|\b(?:ssh|ecdsa)-\S+ \S+|` +
	`(?:\b[a-z][a-z0-9+.-]*://|\b(?:[a-z0-9-]+\.)+[a-z]{2,}[:/])[^\s"',;]+|\barn:[^\s"',;]+|` +
	`(?i:\bsha\d+[:-][\w+/]+|\b0x[0-9a-f]{40}\b|\b[0-9a-f]{32,}\.[a-z]+\b)|\b(?:pk_live|pk_test|price)_\w+`)

var (
	run       = regexp.MustCompile(`[0-9A-Za-z+/]{22,}`)
	hexRun    = regexp.MustCompile(`^(?:0x)?[0-9a-fA-F]{32,}$`)
	plainWord = regexp.MustCompile(`[A-Z]?[a-z]{3,}|/`)
)

// randomRun finds 128 bits in one run, the least that a generated key has: 32 characters of hex or 22 of base64.
//
// The thresholds are below what 99 of 100 random strings reach: 3 bits a character in hex, and in base64, where short strings cannot show
// their full 6, four fifths of what the length allows. Entropy alone does not tell base64 from OrdersV2EventSourceMapping, hence a run
// must also mix cases and digits, and half of it must remain when its words are taken out. Of generated keys that misses one in 25 of 22
// characters and one in 100 of 40.
func randomRun(value string) string {
	for _, s := range run.FindAllString(public.ReplaceAllString(value, " "), -1) {
		n := float64(len(s))
		mixed := strings.ContainsAny(s, "0123456789") && strings.ToLower(s) != s && strings.ToUpper(s) != s
		base64 := mixed && entropy(s) >= 0.8*min(math.Log2(n), 6) && float64(len(plainWord.ReplaceAllString(s, ""))) >= n/2
		if base64 || hexRun.MatchString(s) && strings.ContainsAny(s, "abcdefABCDEF") && entropy(s) >= 3 {
			return fmt.Sprintf("has %d characters of high entropy", len(s))
		}
	}
	return ""
}

// entropy is Shannon's, in bits a character.
func entropy(s string) float64 {
	var bits float64
	count := map[rune]float64{}
	for _, r := range s {
		count[r]++
	}
	for _, c := range count {
		p := c / float64(len(s))
		bits -= p * math.Log2(p)
	}
	return bits
}
