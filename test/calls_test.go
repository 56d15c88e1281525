package test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"github.com/securegofunction/cdk/constructs/golambda"
	"github.com/securegofunction/cdk/constructs/link"
	"github.com/securegofunction/cdk/constructs/network"
)

// mostCalls is what one more function may cost in calls to Node. Plain L2 code
// for fewer resources costs 40.
const mostCalls = 25

// BenchmarkCallsPerFunction reports what one more function in the same network
// costs. A count does not flicker as a time does.
func BenchmarkCallsPerFunction(b *testing.B) {
	for b.Loop() {
		b.ReportMetric(float64(callsPerFunction(b)), "calls/function")
	}
}

func TestOneMoreFunctionCostsFewCalls(t *testing.T) {
	if n := callsPerFunction(t); n > mostCalls {
		t.Errorf("one more function costs %d calls to Node, more than %d", n, mostCalls)
	}
}

func callsPerFunction(t testing.TB) int {
	t.Helper()
	few, many := calls(t, 2), calls(t, 4)
	if (many-few)%2 != 0 {
		t.Fatalf("2 functions cost %d calls and 4 cost %d: the same function costs differently each time", few, many)
	}
	return (many - few) / 2
}

// calls counts the lines that an app of n functions sends to Node.
func calls(t testing.TB, n int) int {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	module, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/jsii-runtime-go").Output()
	if err != nil {
		t.Fatal(err)
	}
	counted := filepath.Join(t.TempDir(), "calls")
	app := exec.Command(self)
	app.Env = append(os.Environ(),
		"SECUREGOFUNCTION_TEST_AS=app", "SECUREGOFUNCTION_TEST_FUNCTIONS="+strconv.Itoa(n),
		"JSII_RUNTIME=SECUREGOFUNCTION_TEST_AS=runtime exec '"+self+"'", "SECUREGOFUNCTION_TEST_CALLS="+counted,
		"SECUREGOFUNCTION_TEST_RUNTIME="+filepath.Join(strings.TrimSpace(string(module)), "internal/embedded/resources/bin/jsii-runtime.js"),
		"CDK_OUTDIR="+t.TempDir())
	if out, err := app.CombinedOutput(); err != nil {
		t.Fatalf("app of %d functions: %v\n%s", n, err, out)
	}
	text, err := os.ReadFile(counted)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := strconv.Atoi(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func countedApp() {
	n, err := strconv.Atoi(os.Getenv("SECUREGOFUNCTION_TEST_FUNCTIONS"))
	if err != nil {
		panic(err)
	}
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("S"), nil)
	key := awskms.NewKey(stack, jsii.String("Key"), nil)
	net := network.New(stack, "Network", nil)
	for i := range n {
		golambda.NewSecureGoFunction(stack, fmt.Sprintf("Function%d", i), &golambda.SecureGoFunctionProps{
			Entry: "testdata/handler", Network: net,
			Links: []link.Link{link.Parameter("API_KEY", "/my_app/api_key", link.EncryptedWith(key))},
		})
	}
	app.Synth(nil)
	jsii.Close()
}

// countingRuntime starts the real runtime and passes the lines through.
func countingRuntime() {
	node := exec.Command("node", os.Getenv("SECUREGOFUNCTION_TEST_RUNTIME"))
	node.Stdout, node.Stderr = os.Stdout, os.Stderr
	in, err := node.StdinPipe()
	if err != nil {
		panic(err)
	}
	if err := node.Start(); err != nil {
		panic(err)
	}
	lines, r := 0, bufio.NewReaderSize(os.Stdin, 1<<20)
	for {
		line, err := r.ReadBytes('\n')
		if len(line) > 0 {
			lines++
			if _, err := in.Write(line); err != nil {
				break
			}
		}
		if err != nil {
			if err != io.EOF {
				panic(err)
			}
			break
		}
	}
	if err := os.WriteFile(os.Getenv("SECUREGOFUNCTION_TEST_CALLS"), []byte(strconv.Itoa(lines)), 0o600); err != nil {
		panic(err)
	}
	in.Close()
	node.Wait()
}
