package link

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"
)

// tokenPort is a port as CDK encodes one that only the deployment knows.
const tokenPort = -1.8881545897087747e+289

type fakeEndpoint struct {
	port   float64
	socket string
}

func (e *fakeEndpoint) Hostname() *string {
	host, _, _ := strings.Cut(e.socket, ":")
	return &host
}

func (e *fakeEndpoint) Port() *float64 { return &e.port }

func (e *fakeEndpoint) SocketAddress() *string { return &e.socket }

// fakeInstance is one that was imported.
type fakeInstance struct {
	*fakePeer
	id *string
	at *fakeEndpoint
}

func (i *fakeInstance) InstanceResourceId() *string { return i.id }

func (i *fakeInstance) InstanceEndpoint() *fakeEndpoint { return i.at }

// madeInstance is one that the app makes.
type madeInstance struct {
	*fakeInstance
	iam *bool
}

func (i *madeInstance) EnableIamAuthentication() *bool { return i.iam }

type fakeCluster struct {
	*fakePeer
	id             *string
	writer, reader *fakeEndpoint
	resource       constructs.IConstruct // nil of one that was imported
}

func (c *fakeCluster) ClusterResourceIdentifier() *string { return c.id }

func (c *fakeCluster) ClusterEndpoint() *fakeEndpoint { return c.writer }

func (c *fakeCluster) ClusterReadEndpoint() *fakeEndpoint {
	if c.reader == nil {
		panic(errors.New("no reader endpoint"))
	}
	return c.reader
}

func (c *fakeCluster) Node() constructs.Node { return &fakeNode{child: c.resource} }

type fakeNode struct {
	constructs.Node
	child constructs.IConstruct
}

func (n *fakeNode) DefaultChild() constructs.IConstruct { return n.child }

type fakeClusterResource struct {
	constructs.IConstruct
	iam any
}

func (r *fakeClusterResource) EnableIamDatabaseAuthentication() any { return r.iam }

type fakeProxy struct {
	arn, host string
	resource  constructs.IConstruct // nil of one that was imported
	resolved  any
}

func (p *fakeProxy) DbProxyArn() *string { return &p.arn }

func (p *fakeProxy) Endpoint() *string { return &p.host }

func (p *fakeProxy) Node() constructs.Node { return &fakeNode{child: p.resource} }

func (p *fakeProxy) Stack() awscdk.Stack { return &fakeStack{resolved: p.resolved} }

// madeProxy is one that the app makes.
type madeProxy struct {
	*fakeProxy
	*fakePeer
}

type fakeProxyResource struct {
	constructs.IConstruct
	auth   any
	scheme *string
}

func (r *fakeProxyResource) Auth() any { return r.auth }

func (r *fakeProxyResource) DefaultAuthScheme() *string { return r.scheme }

type fakeStack struct {
	awscdk.Stack
	resolved any
}

func (s *fakeStack) SplitArn(arn *string, form awscdk.ArnFormat) *awscdk.ArnComponents {
	name := map[string]string{proxyARN: "prx-0123", token: "${Token[TOKEN.9]}"}[*arn]
	if form != awscdk.ArnFormat_COLON_RESOURCE_NAME || name == "" {
		return &awscdk.ArnComponents{}
	}
	return &awscdk.ArnComponents{ResourceName: &name}
}

func (s *fakeStack) Resolve(auth any) any {
	if auth != "the auth of the resource" {
		return nil
	}
	return s.resolved
}

const proxyARN = "arn:aws:rds:eu-west-1:111122223333:db-proxy:prx-0123"

func ptr[T any](v T) *T { return &v }

func TestDatabasesAreRead(t *testing.T) {
	t.Parallel()
	on, off := &fakeClusterResource{iam: true}, &fakeClusterResource{iam: false}
	writer, reader := &fakeEndpoint{tokenPort, token + ":${Token[PORT]}"}, &fakeEndpoint{5433, "reader.example.com:5433"}
	cluster := func(resource constructs.IConstruct) *fakeCluster {
		return &fakeCluster{peerIn("sg-1", "sg-2"), ptr("cluster-ABC"), writer, reader, resource}
	}
	auth := func(iam ...string) any {
		secrets := []any{}
		for _, v := range iam {
			secrets = append(secrets, map[string]any{"authScheme": "SECRETS", "iamAuth": v})
		}
		return secrets
	}
	proxy := func(resource *fakeProxyResource, resolved any) *madeProxy {
		return &madeProxy{&fakeProxy{token, "proxy.example.com", resource, resolved}, peerIn("sg-3")}
	}
	secrets := &fakeProxyResource{auth: "the auth of the resource"}
	written := Database{id: "cluster-ABC", host: token, socket: writer.socket, port: tokenPort, groups: []string{"sg-1", "sg-2"}}
	proxied := Database{id: "${Token[TOKEN.9]}", host: "proxy.example.com", groups: []string{"sg-3"}}
	imported := &fakeInstance{peerIn("sg-1"), ptr("db-ABC"), &fakeEndpoint{6000, "db.example.com:6000"}}
	instance := Database{id: "db-ABC", host: "db.example.com", socket: "db.example.com:6000", port: 6000, groups: []string{"sg-1"}}
	for _, c := range []struct {
		situation string
		got, want Database
	}{
		{"an imported instance", Instance(imported), instance},
		{"an instance with IAM authentication", Instance(&madeInstance{imported, ptr(true)}), instance},
		{"a cluster with IAM authentication", Cluster(cluster(on)), written},
		{"a cluster where that is a token", Cluster(cluster(&fakeClusterResource{iam: &fakeNode{}})), written},
		{"an imported cluster", Cluster(cluster(nil)), written},
		{"the readers of a cluster", ClusterReader(cluster(on)),
			Database{id: "cluster-ABC", host: "reader.example.com", socket: "reader.example.com:5433", port: 5433, groups: []string{"sg-1", "sg-2"}}},
		{"the readers of an imported cluster", ClusterReader(cluster(nil)),
			Database{id: "cluster-ABC", host: "reader.example.com", socket: "reader.example.com:5433", port: 5433, groups: []string{"sg-1", "sg-2"}}},
		{"a proxy with IAM authentication", Proxy(proxy(secrets, auth("REQUIRED"))), proxied},
		{"a proxy with it for one user", Proxy(proxy(secrets, auth("DISABLED", "REQUIRED"))), proxied},
		{"a proxy with it for all users", Proxy(proxy(&fakeProxyResource{scheme: ptr("IAM_AUTH")}, nil)), proxied},
		{"an imported proxy", Proxy(&fakeProxy{arn: proxyARN, host: "proxy.example.com"}, &fakeGroup{id: "sg-3"}),
			Database{id: "prx-0123", host: "proxy.example.com", groups: []string{"sg-3"}}},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", c.situation, c.got, c.want)
		}
	}

	var (
		noInstance *fakeInstance
		noCluster  *fakeCluster
		noProxy    *fakeProxy
		noGroup    *fakeGroup
		nilOf      DatabaseCluster[*fakeEndpoint]
	)
	const noGroups = "CDK knows no security group of the proxy: give link.Proxy those that it is in"
	isOff := func(kind, prop string) string {
		return "IAM authentication of the " + kind + " is off: set " + prop + ": jsii.Bool(true) in its props"
	}
	for _, c := range []struct {
		situation string
		got       Database
		want      string
	}{
		{"a nil instance", Instance(noInstance), "the instance is nil: give CDK's"},
		{"a nil cluster", Cluster(noCluster), "the cluster is nil: give CDK's"},
		{"a nil interface", Cluster(nilOf), "the cluster is nil: give CDK's"},
		{"the readers of a nil cluster", ClusterReader(noCluster), "the cluster is nil: give CDK's"},
		{"a nil proxy", Proxy(noProxy, &fakeGroup{id: "sg-1"}), "the proxy is nil: give CDK's"},
		{"a proxy that is nil", Proxy(nil), "the proxy is nil: give CDK's"},
		{"an instance without IAM authentication", Instance(&madeInstance{imported, ptr(false)}), isOff("instance", "IamAuthentication")},
		{"an instance that does not say", Instance(&madeInstance{imported, nil}), isOff("instance", "IamAuthentication")},
		{"a cluster without IAM authentication", Cluster(cluster(off)), isOff("cluster", "IamAuthentication")},
		{"a cluster that does not say", Cluster(cluster(&fakeClusterResource{})), isOff("cluster", "IamAuthentication")},
		{"the readers of such a cluster", ClusterReader(cluster(off)), isOff("cluster", "IamAuthentication")},
		{"a proxy without IAM authentication", Proxy(proxy(secrets, auth("DISABLED"))), isOff("proxy", "IamAuth")},
		{"a proxy without any", Proxy(proxy(&fakeProxyResource{}, nil)), isOff("proxy", "IamAuth")},
		{"a proxy whose users have to bring passwords", Proxy(proxy(&fakeProxyResource{scheme: ptr("NONE")}, nil)), isOff("proxy", "IamAuth")},
		{"a proxy of which nothing can be made out", Proxy(proxy(secrets, "?")), isOff("proxy", "IamAuth")},
		{"an imported instance without its resource id", Instance(&fakeInstance{peerIn("sg-1"), nil, reader}), "the id that IAM knows the instance by is not known: import it with its resource id"},
		{"an imported cluster without its resource id", Cluster(&fakeCluster{fakePeer: peerIn("sg-1"), writer: writer}), "the id that IAM knows the cluster by is not known: import it with its resource id"},
		{"an imported cluster without reader", ClusterReader(&fakeCluster{fakePeer: peerIn("sg-1"), id: ptr("cluster-ABC")}), "CDK cannot read the cluster: no reader endpoint"},
		{"an imported proxy without groups", Proxy(&fakeProxy{arn: proxyARN, host: "h.example.com"}), noGroups},
		{"an imported proxy with a nil group", Proxy(&fakeProxy{arn: proxyARN, host: "h.example.com"}, &fakeGroup{id: "sg-1"}, noGroup), "security group 1 of the proxy is nil: leave it out"},
		{"an imported proxy with nil for a group", Proxy(&fakeProxy{arn: proxyARN, host: "h.example.com"}, nil), "security group 0 of the proxy is nil: leave it out"},
		{"groups of a proxy that has its own", Proxy(proxy(secrets, auth("REQUIRED")), &fakeGroup{id: "sg-9"}), "CDK knows the security groups of the proxy: leave those that are given out"},
		{"an imported instance whose id is every one's", Instance(&fakeInstance{peerIn("sg-1"), ptr("*"), reader}), `"*" is no resource id of the instance: import it with one such as db-ABCDEFGHIJKL01234`},
		{"an imported cluster whose id has a user", Cluster(&fakeCluster{fakePeer: peerIn("sg-1"), id: ptr("cluster-A/x"), writer: writer}), `"cluster-A/x" is no resource id of the cluster: import it with one such as db-ABCDEFGHIJKL01234`},
		{"an imported instance whose host has a setting", Instance(&fakeInstance{peerIn("sg-1"), ptr("db-A"), &fakeEndpoint{1, "h/x?:1"}}), `"h/x?" is more than a host: give it without scheme, user, port and path, such as api.example.com`},
		{"an imported proxy whose host is not known", Proxy(&fakeProxy{arn: proxyARN}, &fakeGroup{id: "sg-1"}), "the host is empty: give one such as api.example.com"},
		{"several mistakes, told together", Instance(&madeInstance{&fakeInstance{peerIn(), nil, reader}, nil}), isOff("instance", "IamAuthentication") +
			"\nthe id that IAM knows the instance by is not known: import it with its resource id\nthe instance has no security group that CDK knows: import it with its groups"},
	} {
		if got := text(c.got.err); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.situation, got, c.want)
		}
	}
}

var _ awsec2.IConnectable = (*madeProxy)(nil)
