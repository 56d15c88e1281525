package link

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/securegofunction/cdk/internal/contract"
	"github.com/securegofunction/cdk/internal/pseudo"
)

// Cache is an ElastiCache cache that takes IAM authentication: Valkey 7.2 and
// Redis OSS 7.0 or later, with transit encryption on and a user group. The
// strings may be tokens, such as CDK's CfnReplicationGroup and
// CfnServerlessCache have.
type Cache struct {
	// Name is the id of the replication group, or the name of the serverless
	// cache: what Ref is of either. In lower case, as ElastiCache keeps it.
	Name string
	// Serverless says which of the two it is.
	Serverless bool
	// Host is the configuration endpoint of a replication group in cluster
	// mode, the primary one of another, or the endpoint of a serverless cache.
	Host string
	// Port of the replication group. Defaults to 6379, which a serverless
	// cache always has.
	Port int
	// Groups are the ids of the cache's security groups.
	Groups []string
}

// Valkey lets the function connect to a cache as one user, with IAM
// authentication and TLS: no password is in any template or environment. The
// variable holds rediss://user@host:port?cache=name. The host of a serverless
// cache has "serverless" among its parts, by which the handler knows to ask for
// a token of that kind.
//
// The user is an ElastiCache user of mode iam, whose name is its id, in lower
// case; what it may do, its access string says. A token is good for 15 minutes,
// and ElastiCache ends a connection 12 hours after its last one (ElastiCache
// guide, "Authenticating with IAM"). The cache is in the function's account and
// region.
func Valkey(variable string, cache Cache, user string) Link {
	cache.Groups = slices.Clone(cache.Groups)
	return cacheUser{variable, cache, user}
}

type cacheUser struct {
	variable string
	cache    Cache
	user     string
}

// Open implements Link.
func (u cacheUser) Open(at Site) (Doors, error) {
	c := u.cache
	if c.Port == 0 {
		c.Port = 6379
	}
	if err := errors.Join(c.check(), u.checkUser()); err != nil {
		return Doors{}, fmt.Errorf("cache user %q of variable %s: %w", u.user, u.variable, err)
	}
	value := "rediss://" + u.user + "@" + c.Host + ":" + strconv.Itoa(c.Port) + "?cache=" + c.Name
	kind, ports := "replicationgroup", []int{c.Port}
	if c.Serverless {
		// The second is that of the replicas, which clients are sent to
		// (ElastiCache guide, "Getting started").
		kind, ports = "serverlesscache", []int{6379, 6380}
	}
	arn := "arn:" + at.Partition + ":elasticache:" + at.Region + ":" + at.Account + ":"
	doors := Doors{
		Variables: []Variable{{u.variable, value, contract.Valkey}},
		// Both are asked for (Service Authorization Reference, "Amazon
		// ElastiCache"). The token is signed where the function runs.
		Statements: []Statement{{Actions: []string{"elasticache:Connect"}, Resources: []string{arn + kind + ":" + c.Name, arn + "user:" + u.user}}},
		// All of ElastiCache's: clients go on to hosts that the cache names,
		// and a host that is a token would make a cycle of the network and
		// what runs in it. The groups hold the function to the one cache.
		Names: []string{"*.cache." + at.URLSuffix},
	}
	for _, port := range ports {
		doors.Egress = append(doors.Egress, toGroups(c.Groups, float64(port), "Valkey as "+u.user)...)
	}
	return doors, nil
}

// cacheWord: ElastiCache API reference, CreateUser, CreateReplicationGroup.
var cacheWord = regexp.MustCompile(`^[a-z]([a-z0-9]|-[a-z0-9])*$`)

func (c Cache) check() error {
	var wrong []error
	switch {
	case c.Name == "":
		wrong = append(wrong, errors.New("Cache.Name is empty: give the id of the replication group, or the name of the serverless cache"))
	case !pseudo.IsToken(c.Name) && (!cacheWord.MatchString(c.Name) || len(c.Name) > 40):
		wrong = append(wrong, fmt.Errorf("Cache.Name %q is malformed: use lower case letters, digits and single hyphens, a letter first, 40 in all", c.Name))
	}
	if err := checkPeerHost(c.Host); err != nil {
		wrong = append(wrong, fmt.Errorf("Cache.Host: %w", err))
	}
	if err := checkPort(c.Port); err != nil {
		wrong = append(wrong, fmt.Errorf("Cache.Port: %w", err))
	}
	if c.Serverless && c.Port != 6379 {
		wrong = append(wrong, fmt.Errorf("Cache.Port is %d, and a serverless cache has 6379: leave it out", c.Port))
	}
	return errors.Join(append(wrong, checkGroupIDs("Cache.Groups", c.Groups))...)
}

func checkGroupIDs(field string, ids []string) error {
	if len(ids) == 0 {
		return fmt.Errorf("%s is empty: give the ids of the cache's security groups, which let the function in", field)
	}
	for _, id := range ids {
		if !pseudo.IsToken(id) && !strings.HasPrefix(id, "sg-") {
			return fmt.Errorf("%s has %q: give ids of security groups, such as sg-0123456789abcdef0", field, id)
		}
	}
	return nil
}

func (u cacheUser) checkUser() error {
	switch {
	case pseudo.IsToken(u.user):
		return errors.New("the user is a token: IAM is to allow one user, whose id has to be known at synth")
	case !cacheWord.MatchString(u.user):
		return errors.New("the user is malformed: give the id, which is the name too, in lower case letters, digits and single hyphens, a letter first")
	}
	return nil
}
