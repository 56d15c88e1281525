package link

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/securegofunction/cdk/internal/pseudo"
)

// Database is an RDS database that takes IAM authentication, or a proxy before
// one. Instance, Cluster, ClusterReader and Proxy return it.
type Database struct {
	id     string // that IAM knows it by
	host   string
	socket string  // host:port, as CDK writes it; "" for the engine's default port
	port   float64 // below zero for a token
	groups []string
	err    error
}

// DatabaseEndpoint is what is asked of an endpoint. awsrds.Endpoint is one.
type DatabaseEndpoint interface {
	Hostname() *string
	Port() *float64
	SocketAddress() *string
}

// DatabaseInstance is what Instance asks of one. Any awsrds.IDatabaseInstance
// is one.
type DatabaseInstance[E DatabaseEndpoint] interface {
	awsec2.IConnectable
	InstanceEndpoint() E
	InstanceResourceId() *string
}

// Instance is an instance that is in no Aurora cluster. It needs
// IamAuthentication in its props, and is refused without. Of an imported one
// that cannot be seen; import it with InstanceResourceId.
func Instance[E DatabaseEndpoint](i DatabaseInstance[E]) Database {
	return newDatabase("instance", "IamAuthentication", i, func(d *Database) bool {
		d.id, d.groups = orEmpty(i.InstanceResourceId()), groupIDs(i)
		d.listensAt(i.InstanceEndpoint())
		made, ok := i.(interface{ EnableIamAuthentication() *bool })
		if !ok { // imported
			return true
		}
		on := made.EnableIamAuthentication()
		return on != nil && *on
	})
}

// DatabaseCluster is what Cluster asks of one. Any awsrds.IDatabaseCluster is
// one.
type DatabaseCluster[E DatabaseEndpoint] interface {
	awsec2.IConnectable
	ClusterEndpoint() E
	ClusterReadEndpoint() E
	ClusterResourceIdentifier() *string
	Node() constructs.Node
}

// Cluster is the writer of an Aurora cluster, serverless or not. It needs
// IamAuthentication in its props, and is refused without. Of an imported one
// that cannot be seen; import it with ClusterResourceIdentifier,
// ClusterEndpointAddress, Port and SecurityGroups.
func Cluster[E DatabaseEndpoint](c DatabaseCluster[E]) Database {
	return newDatabase("cluster", "IamAuthentication", c, func(d *Database) bool {
		d.id, d.groups = orEmpty(c.ClusterResourceIdentifier()), groupIDs(c)
		d.listensAt(c.ClusterEndpoint())
		return takesIAM(c.Node())
	})
}

// ClusterReader is the readers of a cluster, at the endpoint that they share.
// What was said of Cluster holds; an imported one needs ReaderEndpointAddress.
// To IAM it is the same door as the writer: that the user only reads is for the
// database to enforce.
func ClusterReader[E DatabaseEndpoint](c DatabaseCluster[E]) Database {
	return newDatabase("cluster", "IamAuthentication", c, func(d *Database) bool {
		d.id, d.groups = orEmpty(c.ClusterResourceIdentifier()), groupIDs(c)
		d.listensAt(c.ClusterReadEndpoint())
		return takesIAM(c.Node())
	})
}

// takesIAM reports whether a cluster that the app makes has IAM authentication
// on. A token is taken for on.
func takesIAM(cluster constructs.Node) bool {
	resource, ok := cluster.DefaultChild().(interface{ EnableIamDatabaseAuthentication() any })
	if !ok { // imported
		return true
	}
	on := resource.EnableIamDatabaseAuthentication()
	return on != nil && on != false
}

// DatabaseProxy is what Proxy asks of one. Any awsrds.IDatabaseProxy is one.
type DatabaseProxy interface {
	DbProxyArn() *string
	Endpoint() *string
	Node() constructs.Node
	Stack() awscdk.Stack
}

// Proxy is an RDS proxy at its default endpoint. It needs IamAuth in its props,
// or DefaultAuthScheme IAM_AUTH, and is refused without. Of an imported one
// that cannot be seen, and CDK keeps no security groups of it: give them. A
// proxy listens on the engine's default port, whatever the database does.
func Proxy(p DatabaseProxy, groups ...awsec2.ISecurityGroup) Database {
	made, ok := p.(awsec2.IConnectable)
	for i, g := range groups {
		switch {
		case absent(g):
			return Database{err: fmt.Errorf("security group %d of the proxy is nil: leave it out", i)}
		case ok:
			return Database{err: errors.New("CDK knows the security groups of the proxy: leave those that are given out")}
		}
	}
	return newDatabase("proxy", "IamAuth", p, func(d *Database) bool {
		for _, g := range groups {
			d.groups = append(d.groups, *g.SecurityGroupId())
		}
		if ok {
			d.groups = groupIDs(made)
		}
		d.host = *p.Endpoint()
		// IAM knows a proxy by an id of its own, prx-..., which is the end of
		// its ARN (RDS guide, "Connecting to a database through RDS Proxy").
		// CDK takes tokens apart.
		d.id = orEmpty(p.Stack().SplitArn(p.DbProxyArn(), awscdk.ArnFormat_COLON_RESOURCE_NAME).ResourceName)
		return proxyTakesIAM(p)
	})
}

func proxyTakesIAM(p DatabaseProxy) bool {
	resource, ok := p.Node().DefaultChild().(interface {
		Auth() any
		DefaultAuthScheme() *string
	})
	if !ok || orEmpty(resource.DefaultAuthScheme()) == "IAM_AUTH" { // imported, or for all users
		return true
	}
	auth := resource.Auth()
	if auth == nil {
		return false
	}
	secrets, _ := p.Stack().Resolve(auth).([]any)
	for _, s := range secrets {
		if s, ok := s.(map[string]any); ok && s["iamAuth"] == "REQUIRED" {
			return true
		}
	}
	return false
}

// newDatabase reads a database of the kind. fill reports whether it takes IAM
// authentication, as far as that is seen; prop turns it on.
func newDatabase(kind, prop string, construct any, fill func(*Database) bool) Database {
	if absent(construct) {
		return Database{err: fmt.Errorf("the %s is nil: give CDK's", kind)}
	}
	var (
		d     Database
		takes bool
	)
	if err := read("the "+kind, func() { takes = fill(&d) }); err != nil {
		return Database{err: err}
	}
	var wrong []error
	if !takes {
		wrong = append(wrong, fmt.Errorf("IAM authentication of the %s is off: set %s: jsii.Bool(true) in its props", kind, prop))
	}
	switch {
	case d.id == "":
		wrong = append(wrong, fmt.Errorf("the id that IAM knows the %s by is not known: import it with its resource id", kind))
	case !pseudo.IsToken(d.id) && !resourceID.MatchString(d.id):
		wrong = append(wrong, fmt.Errorf("%q is no resource id of the %s: import it with one such as db-ABCDEFGHIJKL01234", d.id, kind))
	}
	wrong = append(wrong, checkPeerHost(d.host))
	switch {
	case len(d.groups) > 0:
	case kind == "proxy":
		wrong = append(wrong, errors.New("CDK knows no security group of the proxy: give link.Proxy those that it is in"))
	default:
		wrong = append(wrong, noGroup("the "+kind))
	}
	d.err = errors.Join(wrong...)
	return d
}

// resourceID: RDS guide, "Creating and using an IAM policy for IAM database
// access".
var resourceID = regexp.MustCompile(`^(db|cluster|prx)-[A-Za-z0-9]+$`)

func (d *Database) listensAt(e DatabaseEndpoint) {
	d.host, d.port = *e.Hostname(), *e.Port()
	d.socket = *e.SocketAddress()
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
