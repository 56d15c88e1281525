// Package handlertest calls a handler as Lambda would, without AWS: it gives the
// configuration and the event, and returns the answer, the records of the log
// and the metrics.
//
//	func TestOrder(t *testing.T) {
//		t.Parallel()
//		got := handlertest.Run(t, handle, Order{ID: "A-1003"},
//			handlertest.Config(&Config{APIKey: config.NewSecret("sk-test-4f1d")}))
//		if got.Err != nil || got.Answer.Total != 42.50 {
//			t.Errorf("got %+v, %v", got.Answer, got.Err)
//		}
//	}
//
// A secret of the configuration that reaches the log, a metric or the error
// fails the test.
//
// Not covered: clients of AWS's services, which are given to the handler as
// interfaces; more than one invocation of a process; Lambda's own limits, such as
// the size of an answer.
package handlertest
