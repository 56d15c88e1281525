// Command handler does what the payload's "do" says, for the tests of runtimeapi.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type request struct {
	Do string `json:"do"`
}

type response struct {
	PID       int      `json:"pid"`
	RequestID string   `json:"requestId"`
	ARN       string   `json:"arn"`
	Trace     string   `json:"trace"`
	Remaining float64  `json:"remaining"`
	Env       []string `json:"env"`
}

// broken answers with a body that fails half way.
type broken struct{ *strings.Reader }

func (b broken) Read(p []byte) (int, error) {
	if b.Len() == 0 {
		return 0, errors.New("disk gone")
	}
	return b.Reader.Read(p)
}

func handle(ctx context.Context, r request) (any, error) {
	switch r.Do {
	case "fail":
		return nil, errors.New("no such order")
	case "panic":
		panic("index out of luck")
	case "hang":
		fmt.Fprintln(os.Stderr, "about to hang")
		time.Sleep(time.Minute)
	case "exit":
		fmt.Fprintln(os.Stderr, "about to exit")
		os.Exit(7)
	case "break":
		return broken{strings.NewReader("half an ans")}, nil
	}
	lc, _ := lambdacontext.FromContext(ctx)
	deadline, _ := ctx.Deadline()
	fmt.Println("answering")
	return response{os.Getpid(), lc.AwsRequestID, lc.InvokedFunctionArn, os.Getenv("_X_AMZN_TRACE_ID"), time.Until(deadline).Seconds(), os.Environ()}, nil
}

func main() {
	switch os.Getenv("AT_START") {
	case "exit":
		fmt.Fprintln(os.Stderr, "missing variable")
		os.Exit(3)
	case "hang":
		fmt.Fprintln(os.Stderr, "waiting for nothing")
		time.Sleep(time.Minute)
	case "report":
		url := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/init/error"
		http.Post(url, "application/json", strings.NewReader(`{"errorType":"Config.Missing","errorMessage":"no API_KEY"}`))
		os.Exit(1)
	}
	lambda.Start(handle)
}
