package posture

import (
	"fmt"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/plainsecret"
	"github.com/securegofunction/cdk/internal/policy"
)

func init() {
	register(Rule{
		ID:       "plain-secret",
		Title:    "A plain environment variable holds a secret",
		Severity: Error,
		Why:      "Whoever may call lambda:GetFunctionConfiguration reads it, and so does whoever sees the template or a crash report.",
		Fix:      "Put it into a SecureString parameter or a secret, give the function its name, and let the function read it: link.Parameter, link.Secret.",
		Source:   "Lambda guide, \"Working with Lambda environment variables\"",
		Controls: Controls{
			NIST80053: []string{"IA-5", "SC-28"},
			Checkov:   []string{"CKV_AWS_45"},
		},
		check: plainSecret,
	})
}

func plainSecret(p *Posture) []Finding {
	hidden := p.model.assembly.Hidden()
	var all []Finding
	for _, f := range p.Functions {
		for _, v := range variables(f.resource) {
			for _, item := range template.Items(v.value) {
				why, sure := secretIn(v.name, policy.TextOf(item.Value), hidden)
				if why == "" {
					continue
				}
				found := at(f.resource, fmt.Sprintf("the variable %s: %s", v.name, why)).of(f)
				found.Unsure = !sure || item.Maybe || v.maybe
				found.About = []Text{policy.Literal(v.name)}
				all = append(all, found)
			}
		}
	}
	return all
}

// secretIn says why a named value looks like a secret, and whether that does not depend on what is known only when the template is deployed.
// It says nothing of the value.
func secretIn(name string, value Text, hidden map[string]bool) (why string, sure bool) {
	for _, s := range value.Symbols() {
		switch {
		case hidden[s]:
			return "it is the NoEcho parameter " + s + ", which is plain text from here on", true
		case strings.HasSuffix(s, ".SecretAccessKey"):
			return "it is the secret key of an AWS access key", true
		case strings.HasPrefix(s, template.Dynamic):
			if why := plainsecret.Suspect(name, "{{"+s+"}}"); why != "" {
				return why, true
			}
		}
	}
	symbol, whole := value.Symbol()
	if whole && !value.Open() {
		return "", false // the name of a resource
	}
	// As a token, so that it counts for neither a form nor randomness.
	why = plainsecret.Suspect(name, value.Outline("${Token[0]}"))
	if whole && plainsecret.Suspect(symbol, "?") == "" {
		return "", false // a parameter called DbSecretArn
	}
	return why, !value.Open() || strings.HasPrefix(why, "its value")
}
