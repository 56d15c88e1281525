package report

// place is where the findings of a rule are in the picture of a function.
type place int

const (
	ofFunction  place = iota // the function itself, in the middle
	ofInvoker                // who may invoke it
	ofRole                   // the role that it runs as
	ofTrust                  // who may assume the role
	ofBoundary               // what the role may do at most
	ofVariables              // the key of its variables, and what they hold
	ofLogKey                 // the key of its logs
	ofKey                    // a key that it is under, or uses
	ofStatement              // what a statement lets it call
	ofUsed                   // a queue, topic, bucket, table, secret or stream that it has to do with
	ofInternet               // the way to the internet
	ofEgress                 // a rule that lets packets out
	ofEndpoint               // an endpoint of its network
	ofIngress                // a rule that lets packets in
	ofLogs                   // what keeps its logs
	ofAlarms                 // who is told
	ofFailed                 // where failed events go
	ofPackets                // what records the packets of its network
	ofTraces                 // what follows its requests
)

// places has every rule: a test holds that none is forgotten, and that what a rule finds is seen in the picture.
var places = map[string]place{
	"administrator":             ofStatement,
	"alarm-without-action":      ofAlarms,
	"assumable-role":            ofTrust,
	"boundary":                  ofBoundary,
	"bucket-key":                ofUsed,
	"code-signing":              ofFunction,
	"decrypt-without-context":   ofStatement,
	"endpoint-policy":           ofEndpoint,
	"environment-key":           ofVariables,
	"flow-logs":                 ofPackets,
	"inline-policy":             ofRole,
	"key-lacks-alarms":          ofAlarms,
	"key-lacks-logs":            ofLogKey,
	"key-rotation":              ofKey,
	"limits-missing":            ofFunction,
	"log-format":                ofLogs,
	"log-key":                   ofLogKey,
	"log-retention":             ofLogs,
	"lost-events":               ofFailed,
	"managed-policy":            ofStatement,
	"name-filter":               ofInternet,
	"no-alarm":                  ofAlarms,
	"no-vpc":                    ofInternet,
	"open-egress":               ofEgress,
	"open-ingress":              ofIngress,
	"open-key":                  ofKey,
	"open-resource":             ofUsed,
	"other-functions-data":      ofStatement,
	"permission-without-source": ofInvoker,
	"plain-secret":              ofVariables,
	"privilege-escalation":      ofStatement,
	"public-bucket":             ofUsed,
	"public-invocation":         ofInvoker,
	"public-role":               ofTrust,
	"public-subnet":             ofInternet,
	"queue-key":                 ofUsed,
	"recursion-guard":           ofFunction,
	"runtime-end":               ofFunction,
	"secret-in-template":        ofFunction,
	"secret-key":                ofUsed,
	"shared-role":               ofRole,
	"stream-key":                ofUsed,
	"table-key":                 ofUsed,
	"tls-not-enforced":          ofUsed,
	"topic-key":                 ofUsed,
	"tracing-off":               ofTraces,
	"unheard-topic":             ofAlarms,
	"unknown-permissions":       ofStatement,
	"unreadable":                ofFunction,
	"visibility-timeout":        ofFailed,
	"wide-key-policy":           ofKey,
	"wildcard-action":           ofStatement,
	"wildcard-resource":         ofStatement,
}
