package posture

import (
	"fmt"
	"slices"
	"strings"

	"github.com/securegofunction/cdk/constructs/posture/internal/template"
	"github.com/securegofunction/cdk/internal/policy"
)

func init() {
	register(Rule{
		ID:       "open-key",
		Title:    "Everybody may use the key",
		Severity: Error,
		Why:      "A statement for every principal admits every AWS account: what is under the key is as open as the thing itself.",
		Fix:      "Name the account, or hold the statement to it (kms:CallerAccount, aws:PrincipalOrgID).",
		Source:   "KMS guide, \"Key policies in AWS KMS\"; \"kms:CallerAccount\"",
		Controls: Controls{SecurityHub: []string{"KMS.5"}, NIST80053: []string{"AC-3"}, Checkov: []string{"CKV_AWS_33"}},
		check:    openKey,
	})
	register(Rule{
		ID:       "wide-key-policy",
		Title:    "The key's policy admits more than the app",
		Severity: Warning,
		Why:      "Another account decrypts what its own policies let it; a service without a condition uses the key for whoever asks it to (the confused deputy).",
		Fix:      "Take the account away, or acknowledge why it is there. Hold services to aws:SourceAccount or aws:SourceArn, and CloudWatch Logs to kms:EncryptionContext:aws:logs:arn.",
		Source:   "KMS guide, \"Allowing users in other accounts to use a KMS key\"; IAM guide, \"The confused deputy problem\"",
		Controls: Controls{NIST80053: []string{"AC-3", "AC-6"}},
		check:    wideKeyPolicy,
	})
}

// usesKey says whether a statement of a key's policy allows something.
func usesKey(s *policy.Statement) bool { return s.Effect == policy.Allow && s.Unreadable == "" }

func openKey(p *Posture) []Finding {
	var all []Finding
	for _, key := range p.usedKeys() {
		own := p.model.resourcePolicy(key)
		for n, s := range own.Statements {
			everybody := s.NotPrincipals != nil || slices.Contains(s.Principals, policy.Everybody)
			if usesKey(s) && everybody && !closed(s) {
				found := at(key, fmt.Sprintf("statement %d of its policy allows everybody %s", own.Number(n), some(s.Actions)))
				found.Unsure = s.Maybe
				all = append(all, found)
			}
		}
	}
	return all
}

func wideKeyPolicy(p *Posture) []Finding {
	var all []Finding
	for _, key := range p.usedKeys() {
		own := p.model.resourcePolicy(key)
		for n, s := range own.Statements {
			if !usesKey(s) {
				continue
			}
			for _, who := range s.Principals {
				why, answer := admitsMore(key, who, s)
				if answer == No {
					continue
				}
				found := at(key, fmt.Sprintf("statement %d of its policy allows %s %s%s", own.Number(n), who, some(s.Actions), why))
				found.Unsure = answer == CannotTell || s.Maybe
				found.About = []Text{who.Value}
				all = append(all, found)
			}
		}
	}
	return all
}

// admitsMore says whether a principal is none of the key's account, or a service that anybody may send.
func admitsMore(key *template.Resource, who policy.Principal, s *policy.Statement) (why string, answer Answer) {
	switch {
	case who.Type == "Service" && !closed(s) && !narrowed(s, "kms:EncryptionContext:", "aws:PrincipalServiceName"):
		return " for whoever asks it to", Yes
	case who.Type != "AWS":
		return "", No
	}
	account, ok := policy.ARNPart(who.Value, 4)
	if known, _ := who.Value.Known(); !ok && len(known) == 12 && strings.Trim(known, "0123456789") == "" {
		account, ok = who.Value, true
	}
	if !ok || account == "" {
		return "", No // a parameter, or a part of the organization's own
	}
	return ", of another account", policy.Not(policy.Equal(account, key.Stack.Account))
}
