package link

import (
	"strconv"
	"strings"
	"testing"
)

func init() {
	document(documented{function: "Valkey", call: `Valkey("SESSIONS", cache, "orders-app")`,
		link: Valkey("SESSIONS", Cache{Name: "sessions", Serverless: true, Host: "sessions-abc.serverless.euw1.cache.amazonaws.com",
			Groups: []string{"sg-0123456789abcdef0"}}, "orders-app")})
}

func TestValkeyOpensItsDoors(t *testing.T) {
	t.Parallel()
	rule := func(group string, port int) Egress {
		return Egress{Group: group, Port: port, Description: "Valkey as app"}
	}
	for _, c := range []struct {
		situation string
		cache     Cache
		at        Site
		resources string
		value     string
		egress    []Egress
	}{
		{"a replication group", Cache{Name: "sessions", Host: "master.sessions.abc.euw1.cache.amazonaws.com", Groups: []string{"sg-1", token}}, ireland,
			`["arn:aws:elasticache:eu-west-1:111122223333:replicationgroup:sessions", "arn:aws:elasticache:eu-west-1:111122223333:user:app"]`,
			"rediss://app@master.sessions.abc.euw1.cache.amazonaws.com:6379?cache=sessions", []Egress{rule("sg-1", 6379), rule(token, 6379)}},
		{"a port of its own", Cache{Name: "sessions", Host: "h.example.com", Port: 7000, Groups: []string{"sg-1"}}, ireland,
			`["arn:aws:elasticache:eu-west-1:111122223333:replicationgroup:sessions", "arn:aws:elasticache:eu-west-1:111122223333:user:app"]`,
			"rediss://app@h.example.com:7000?cache=sessions", []Egress{rule("sg-1", 7000)}},
		{"a serverless cache, which has a port for the replicas too", Cache{Name: token, Serverless: true, Host: token, Groups: []string{"sg-1", "sg-2"}}, china,
			`["arn:aws-cn:elasticache:cn-north-1:444455556666:serverlesscache:` + token + `", "arn:aws-cn:elasticache:cn-north-1:444455556666:user:app"]`,
			"rediss://app@" + token + ":6379?cache=" + token, []Egress{rule("sg-1", 6379), rule("sg-2", 6379), rule("sg-1", 6380), rule("sg-2", 6380)}},
	} {
		opensDoors(t, c.situation, Valkey("CACHE", c.cache, "app"), c.at, `[{"Effect": "Allow", "Action": "elasticache:Connect", "Resource": `+c.resources+`}]`,
			Doors{Variables: []Variable{{"CACHE", c.value, "valkey"}}, Egress: c.egress, Names: []string{"*.cache." + c.at.URLSuffix}})
	}
}

func TestValkeyRefuses(t *testing.T) {
	t.Parallel()
	const (
		name = "Cache.Name is empty: give the id of the replication group, or the name of the serverless cache"
		form = " is malformed: use lower case letters, digits and single hyphens, a letter first, 40 in all"
		host = "Cache.Host: the host is empty: give one such as api.example.com"
		none = "Cache.Groups is empty: give the ids of the cache's security groups, which let the function in"
	)
	good := Cache{Name: "sessions", Host: "h.example.com", Groups: []string{"sg-1"}}
	for _, c := range []struct {
		situation string
		change    func(*Cache)
		want      string
	}{
		{"the zero value, told together", func(c *Cache) { *c = Cache{} }, name + "\n" + host + "\n" + none},
		{"capitals: IAM would not match what ElastiCache keeps", func(c *Cache) { c.Name = "Sessions" }, `Cache.Name "Sessions"` + form},
		{"a wildcard", func(c *Cache) { c.Name = "*" }, `Cache.Name "*"` + form},
		{"another setting", func(c *Cache) { c.Name = "a&x=y" }, `Cache.Name "a&x=y"` + form},
		{"two hyphens", func(c *Cache) { c.Name = "a--b" }, `Cache.Name "a--b"` + form},
		{"a hyphen at the end", func(c *Cache) { c.Name = "a-" }, `Cache.Name "a-"` + form},
		{"41 characters", func(c *Cache) { c.Name = strings.Repeat("a", 41) }, `Cache.Name "` + strings.Repeat("a", 41) + `"` + form},
		{"a host with a port", func(c *Cache) { c.Host = "h.example.com:6379" }, `Cache.Host: "h.example.com:6379" is more than a host: give it without scheme, user, port and path, such as api.example.com`},
		{"a negative port", func(c *Cache) { c.Port = -1 }, "Cache.Port: port -1: give one from 1 to 65535"},
		{"a serverless cache with a port", func(c *Cache) { c.Serverless, c.Port = true, 7000 }, "Cache.Port is 7000, and a serverless cache has 6379: leave it out"},
		{"a group that is none", func(c *Cache) { c.Groups = []string{"sg-1", "0.0.0.0/0"} }, `Cache.Groups has "0.0.0.0/0": give ids of security groups, such as sg-0123456789abcdef0`},
		{"a subnet for a group", func(c *Cache) { c.Groups = []string{"subnet-1"} }, `Cache.Groups has "subnet-1": give ids of security groups, such as sg-0123456789abcdef0`},
		{"an empty group", func(c *Cache) { c.Groups = []string{""} }, `Cache.Groups has "": give ids of security groups, such as sg-0123456789abcdef0`},
	} {
		cache := good
		c.change(&cache)
		isRefused(t, c.situation, Valkey("CACHE", cache, "app"), `cache user "app" of variable CACHE: `+c.want)
	}

	const malformed = "the user is malformed: give the id, which is the name too, in lower case letters, digits and single hyphens, a letter first"
	for situation, user := range map[string]string{"none": "", "every user": "*", "capitals": "App", "a password": "app:secret", "a host": "app@h", "an underscore": "a_b", "a line break": "app\n"} {
		isRefused(t, situation, Valkey("CACHE", good, user), "cache user "+strconv.Quote(user)+" of variable CACHE: "+malformed)
	}
	isRefused(t, "a token for a user", Valkey("CACHE", good, token), `cache user "`+token+`" of variable CACHE: the user is a token: IAM is to allow one user, whose id has to be known at synth`)
}

func TestGroupsAreNotTheCallers(t *testing.T) {
	t.Parallel()
	cache := Cache{Name: "sessions", Host: "h.example.com", Groups: []string{"sg-1"}}
	l := Valkey("CACHE", cache, "app")
	cache.Groups[0] = "sg-2"
	if doors, err := l.Open(ireland); err != nil || doors.Egress[0].Group != "sg-1" {
		t.Errorf("got %v, %v: a link changed after it was made", doors.Egress, err)
	}
}
