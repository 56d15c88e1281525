package golambda

import (
	"errors"
	"fmt"
	"math"
	"net/mail"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"

	"github.com/securegofunction/cdk/constructs/network"
	"github.com/securegofunction/cdk/internal/gobuild"
	"github.com/securegofunction/cdk/internal/keyring"
	"github.com/securegofunction/cdk/internal/mistake"
	"github.com/securegofunction/cdk/internal/pseudo"
	"github.com/securegofunction/cdk/internal/retention"
)

// withDefaults fills in the documented defaults. The props are a copy.
func withDefaults(p SecureGoFunctionProps) SecureGoFunctionProps {
	p.Architecture = or(p.Architecture, "arm64")
	p.Timeout = or(p.Timeout, 10*time.Second)
	p.MemoryMB = or(p.MemoryMB, 256)
	p.MaxEventAge = or(p.MaxEventAge, time.Hour)
	p.LogLevel = or(p.LogLevel, "INFO")
	p.SystemLogLevel = or(p.SystemLogLevel, "INFO")
	p.LogRetentionDays = or(p.LogRetentionDays, retention.Year)
	p.Alarms.Errors = or(p.Alarms.Errors, 1)
	p.Alarms.Throttles = or(p.Alarms.Throttles, 1)
	p.Alarms.DurationShare = or(p.Alarms.DurationShare, 0.8)
	p.Alarms.ConcurrencyShare = or(p.Alarms.ConcurrencyShare, 0.8)
	p.Alarms.FailedEvents = or(p.Alarms.FailedEvents, 1)
	p.Alarms.DeniedCalls = or(p.Alarms.DeniedCalls, 1)
	return p
}

func or[T comparable](value, ifZero T) T {
	var zero T
	if value == zero {
		return ifZero
	}
	return value
}

// check returns every mistake of the props, defaults filled in, for a function
// in a stack of the region, which is "" if it is not known at synth.
func check(p SecureGoFunctionProps, region string) error {
	_, retentionErr := retention.Days(p.LogRetentionDays)
	if retentionErr != nil {
		retentionErr = fmt.Errorf("props.LogRetentionDays: %w", retentionErr)
	}
	return errors.Join(
		checkCode(p),
		oneOf("Architecture", p.Architecture, architectures...),
		checkNetwork(p.Network),
		checkRole(p),
		keyring.Check(p.Key, region),
		checkDescription(p.Description),
		checkSeconds("Timeout", p.Timeout, time.Second, 15*time.Minute),
		checkRange("MemoryMB", p.MemoryMB, 128, 10240),
		checkRange("ReservedConcurrency", p.ReservedConcurrency, 0, math.MaxInt32),
		checkSeconds("MaxEventAge", p.MaxEventAge, time.Minute, 6*time.Hour),
		checkRetries(p.Retries),
		oneOf("LogLevel", p.LogLevel, "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"),
		oneOf("SystemLogLevel", p.SystemLogLevel, "DEBUG", "INFO", "WARN"),
		retentionErr,
		checkAlarms(p.Alarms),
		mistake.RemovalPolicy(p.RemovalPolicy),
	)
}

func checkCode(p SecureGoFunctionProps) error {
	switch {
	case p.Code != nil && p.Entry != "":
		return fmt.Errorf("both props.Entry %q and props.Code are given: keep one", p.Entry)
	case p.Code != nil:
		return nil
	case pseudo.IsToken(p.Entry):
		return fmt.Errorf("props.Entry %q is a token: the folder has to be known at synth", p.Entry)
	}
	arch := p.Architecture
	if !slices.Contains(architectures, arch) { // reported by check
		arch = architectures[0]
	}
	return gobuild.Check(p.Entry, arch)
}

var architectures = []string{"arm64", "amd64"}

// checkDescription: Lambda API reference, CreateFunction, "Description".
func checkDescription(d string) error {
	if n := utf8.RuneCountInString(d); n > 256 && !pseudo.IsToken(d) {
		return fmt.Errorf("props.Description has %d characters: give at most 256", n)
	}
	return nil
}

func checkNetwork(n *network.Network) error {
	switch {
	case n == nil:
		return errors.New(`props.Network is nil: give network.New, network.FromVpc, or network.None("reason")`)
	case n.Vpc != nil && n.Construct == nil:
		return errors.New("props.Network was put together by hand: make it with network.New or network.FromVpc")
	case n.Vpc == nil && strings.TrimSpace(n.Reason) == "":
		return errors.New("network.None needs a reason: say why the function runs in no VPC")
	}
	return nil
}

func checkRole(p SecureGoFunctionProps) error {
	if p.Role != nil && p.PermissionsBoundary != nil {
		return errors.New("both props.Role and props.PermissionsBoundary are given: a role that exists has its owner's boundary; keep one")
	}
	return nil
}

func checkSeconds(prop string, d, least, most time.Duration) error {
	if d < least || d > most || d%time.Second != 0 {
		return fmt.Errorf("props.%s %v: give whole seconds from %v to %v", prop, d, least, most)
	}
	return nil
}

func checkRange(prop string, n, least, most int) error {
	if n < least || n > most {
		return fmt.Errorf("props.%s %d: give %d to %d", prop, n, least, most)
	}
	return nil
}

func checkRetries(r Retries) error {
	if r < TwoRetries || r > NoRetries {
		return fmt.Errorf("props.Retries %d: give TwoRetries, OneRetry or NoRetries", r)
	}
	return nil
}

func oneOf(prop, value string, choices ...string) error {
	if !slices.Contains(choices, value) {
		return fmt.Errorf("props.%s %q does not exist: give %s", prop, value, strings.Join(choices, ", "))
	}
	return nil
}

func checkAlarms(a Alarms) error {
	share := func(prop string, v float64) error {
		if !(v > 0 && v <= 1) { // so that NaN is refused too
			return fmt.Errorf("props.Alarms.%s %v: give a share above 0, up to 1", prop, v)
		}
		return nil
	}
	wrong := []error{
		checkRange("Alarms.Errors", a.Errors, 1, math.MaxInt32),
		checkRange("Alarms.Throttles", a.Throttles, 1, math.MaxInt32),
		checkRange("Alarms.FailedEvents", a.FailedEvents, 1, math.MaxInt32),
		checkRange("Alarms.DeniedCalls", a.DeniedCalls, 1, math.MaxInt32),
		share("DurationShare", a.DurationShare),
		share("ConcurrencyShare", a.ConcurrencyShare),
	}
	for _, e := range a.Emails {
		if at, err := mail.ParseAddress(e); err != nil || at.Address != e {
			wrong = append(wrong, fmt.Errorf("props.Alarms.Emails: %q is not an e-mail address: give one such as oncall@example.com", e))
		}
	}
	for i, action := range a.Actions {
		if action == nil {
			wrong = append(wrong, fmt.Errorf("props.Alarms.Actions[%d] is nil: give an alarm action or leave it out", i))
		}
	}
	if len(a.Emails) > 0 && len(a.Actions) > 0 {
		wrong = append(wrong, errors.New("both props.Alarms.Emails and props.Alarms.Actions are given: e-mails go to the shared topic, which actions replace; keep one"))
	}
	return errors.Join(wrong...)
}

// secured are the fields of CDK's FunctionProps that this library sets, or
// keeps unset, each with what to use in its place.
var secured = map[string]string{
	"Code": "the Code prop", "Handler": "nothing: the runtime calls bootstrap", "Runtime": "nothing: it is provided.al2023",
	"Architecture": "the Architecture prop", "Role": "the Role prop", "Environment": "Environment or Links",
	"EnvironmentEncryption": "the Key prop", "Vpc": "the Network prop", "VpcSubnets": "the Network prop", "SecurityGroups": "links",
	"AllowAllOutbound": "link.Everywhere", "AllowAllIpv6Outbound": "link.Everywhere", "AllowPublicSubnet": "network.None",
	"Ipv6AllowedForDualStack": "an IPv4 network", "LogGroup": "the log props", "LogFormat": "nothing: it is JSON",
	"LoggingFormat": "nothing: it is JSON", "ApplicationLogLevel": "the LogLevel prop", "ApplicationLogLevelV2": "the LogLevel prop",
	"SystemLogLevel": "the SystemLogLevel prop", "SystemLogLevelV2": "the SystemLogLevel prop", "LogRetention": "the LogRetentionDays prop",
	"LogRetentionRole": "the LogRetentionDays prop", "LogRetentionRetryOptions": "the LogRetentionDays prop",
	"LogRemovalPolicy": "the RemovalPolicy prop", "DeadLetterQueue": "the FailedEvents prop", "DeadLetterQueueEnabled": "the FailedEvents prop",
	"DeadLetterTopic": "the FailedEvents prop", "Tracing": "nothing: it is active", "RecursiveLoop": "nothing: it is TERMINATE",
	"Timeout": "the Timeout prop", "MemorySize": "the MemoryMB prop", "ReservedConcurrentExecutions": "the ReservedConcurrency prop",
	"MaxEventAge": "the MaxEventAge prop", "Filesystem": "link.FileSystem", "InitialPolicy": "links", "Events": "links",
	"OnFailure": "the FailedEvents prop", "OnSuccess": "a link to send by, in the handler", "ParamsAndSecrets": "link.Parameter or link.Secret",
	"InsightsVersion": "Layers, and link.Statements", "AdotInstrumentation": "Layers, and link.Statements", "Profiling": "nothing: it knows no Go",
	"ProfilingGroup": "nothing: it knows no Go", "SnapStart": "nothing: it knows no Go", "DurableConfig": "nothing: it knows no Go", "RetryAttempts": "the Retries prop", "Description": "the Description prop",
}

// overridable are the fields that open nothing. What CDK adds is shut until it
// is looked at.
var overridable = []string{"CodeSigningConfig", "CurrentVersionOptions", "EphemeralStorageSize", "FunctionName", "Layers", "RuntimeManagementMode", "TenancyConfig"}

// checkOverride refuses what Override set of the secured fields.
func checkOverride(set awslambda.FunctionProps) error {
	var wrong []error
	v := reflect.ValueOf(set)
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if v.Field(i).IsZero() || slices.Contains(overridable, name) {
			continue
		}
		wrong = append(wrong, fmt.Errorf("props.Override sets %s, which is secured: use %s", name, or(secured[name], "one of "+strings.Join(overridable, ", "))))
	}
	return errors.Join(wrong...)
}
