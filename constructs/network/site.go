package network

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/securegofunction/cdk/internal/pseudo"
)

// site is where an endpoint is, in tokens that mean the same in each stack that uses
// it.
type site struct{ partition, region, account, suffix string }

func here() site {
	return site{pseudo.Partition(), pseudo.Region(), pseudo.Account(), pseudo.URLSuffix()}
}

// foreign reports whether only deployment knows the text, and not just the
// site in it.
func (at site) foreign(text string) bool {
	for _, known := range []string{at.partition, at.region, at.account, at.suffix} {
		text = strings.ReplaceAll(text, known, "")
	}
	return pseudo.IsToken(text)
}

// lengths of the site's tokens: the longest that AWS has.
func (at site) lengths() map[string]int {
	return map[string]int{at.partition: len("aws-us-gov"), at.region: len("ap-southeast-1"), at.account: len("111122223333"), at.suffix: len("amazonaws.com.cn")}
}

// nameIn is the name of a resource that has to have one, unique in the account
// and region: stacks of several apps can have the same paths, and not the same
// name.
func nameIn(stack, path string, most int) string {
	sum := sha256.Sum256([]byte(stack + " " + path))
	return stack[:min(len(stack), most-9)] + "-" + hex.EncodeToString(sum[:4])
}
