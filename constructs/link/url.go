package link

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/internal/pseudo"
)

// CORS lets scripts of other sites call a function's URL from a browser.
type CORS struct {
	// Origins are the sites, such as https://www.example.com. Required. A * is
	// not among the choices.
	Origins []string
	// Methods are those that the sites may use: GET, HEAD, POST, PUT, PATCH,
	// DELETE. Required.
	Methods []string
	// Headers are those that the sites may send, and Exposed those of answers
	// that they may read. Default to none but what browsers always allow.
	Headers, Exposed []string
	// MaxAge is how long a browser may remember all this: up to 24 hours, in
	// whole seconds. Defaults to not at all.
	MaxAge time.Duration
}

// FunctionURL gives the function a URL of its own, which only those may call who
// sign their requests (AuthType AWS_IAM) and are among the callers: ARNs of
// roles and users, at least one. It brings no variable. The URL is on the
// internet whatever the function's network is, and a function has one at most.
//
// In the same account a caller may also be allowed by its own policies: these
// permissions add to them, and shut nobody out. Callers get
// lambda:InvokeFunctionUrl, and lambda:InvokeFunction by way of the URL only;
// URLs made since October 2025 need both (Lambda guide, "Control access to
// Lambda function URLs").
//
// The URL itself is the attribute of the resource, once the function is made:
//
//	fn.Node().FindChild(jsii.String("URL")).Node().DefaultChild().(awslambda.CfnUrl).AttrFunctionUrl()
//
// The function's stack refers to those of the callers, and never the reverse.
func FunctionURL(callers []string, cors *CORS) Link {
	u := functionURL{callers: slices.Clone(callers)}
	if cors != nil {
		copied := *cors
		u.cors = &copied
	}
	return u
}

type functionURL struct {
	callers []string
	cors    *CORS
}

// Open implements Link.
func (u functionURL) Open(Site) (Doors, error) {
	if err := errors.Join(checkCallers(u.callers), u.cors.check()); err != nil {
		return Doors{}, fmt.Errorf("link.FunctionURL: %w", err)
	}
	return Doors{Triggers: []Trigger{{ID: "URL", Make: u.make}}}, nil
}

func (u functionURL) make(scope constructs.Construct, fn awslambda.Function) {
	const iam = "AWS_IAM"
	awslambda.NewCfnUrl(scope, jsii.String("Resource"), &awslambda.CfnUrlProps{
		AuthType: jsii.String(iam), TargetFunctionArn: fn.FunctionArn(), Cors: u.cors.property()})
	for i, caller := range u.callers {
		id := "Caller" + strconv.Itoa(i+1)
		awslambda.NewCfnPermission(scope, jsii.String(id), &awslambda.CfnPermissionProps{
			Action: jsii.String("lambda:InvokeFunctionUrl"), FunctionName: fn.FunctionArn(), Principal: caller, FunctionUrlAuthType: jsii.String(iam)})
		awslambda.NewCfnPermission(scope, jsii.String(id+"Invokes"), &awslambda.CfnPermissionProps{
			Action: jsii.String("lambda:InvokeFunction"), FunctionName: fn.FunctionArn(), Principal: caller, InvokedViaFunctionUrl: jsii.Bool(true)})
	}
}

// A whole account, arn:aws:iam::111122223333:root, is not a caller: every role
// that is ever allowed to invoke functions there would be one.
var callerARN = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$`)

func checkCallers(callers []string) error {
	var wrong []error
	if len(callers) == 0 {
		wrong = append(wrong, errors.New("it has no callers: give the ARNs of the roles and users that may call it"))
	}
	for i, caller := range callers {
		switch {
		case slices.Contains(callers[:i], caller):
			wrong = append(wrong, fmt.Errorf("caller %q is given twice: leave one out", caller))
		case !pseudo.IsToken(caller) && !callerARN.MatchString(caller):
			wrong = append(wrong, fmt.Errorf("caller %q: give the ARN of a role or a user, such as arn:aws:iam::111122223333:role/orders", caller))
		}
	}
	return errors.Join(wrong...)
}

// check: Lambda API reference, "Cors".
func (c *CORS) check() error {
	if c == nil {
		return nil
	}
	var wrong []error
	if len(c.Origins) == 0 {
		wrong = append(wrong, errors.New("CORS has no Origins: give the sites, such as https://www.example.com, or no CORS"))
	}
	for _, origin := range c.Origins {
		if u, err := url.Parse(origin); !pseudo.IsToken(origin) && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Scheme+"://"+u.Host != origin || strings.Contains(origin, "*")) {
			wrong = append(wrong, fmt.Errorf("CORS origin %q: give a site by scheme and host, such as https://www.example.com", origin))
		}
	}
	if len(c.Methods) == 0 {
		wrong = append(wrong, errors.New("CORS has no Methods: give those that the sites may use, such as POST"))
	}
	for _, method := range c.Methods {
		if !slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}, method) {
			wrong = append(wrong, fmt.Errorf("CORS method %q does not exist: give GET, HEAD, POST, PUT, PATCH or DELETE", method))
		}
	}
	for _, header := range slices.Concat(c.Headers, c.Exposed) {
		if header == "" || strings.Contains(header, "*") {
			wrong = append(wrong, fmt.Errorf("CORS header %q: give each by its name", header))
		}
	}
	return errors.Join(append(wrong, wholeUnits("CORS MaxAge", c.MaxAge, time.Second, time.Second, 24*time.Hour))...)
}

func (c *CORS) property() any {
	if c == nil {
		return nil
	}
	return &awslambda.CfnUrl_CorsProperty{
		AllowOrigins: texts(c.Origins), AllowMethods: texts(c.Methods), AllowHeaders: texts(c.Headers), ExposeHeaders: texts(c.Exposed), MaxAge: seconds(c.MaxAge)}
}

func texts(all []string) *[]*string {
	if len(all) == 0 {
		return nil
	}
	return jsii.Strings(all...)
}
