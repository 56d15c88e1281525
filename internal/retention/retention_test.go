package retention

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"

	"github.com/securegofunction/cdk/internal/nonode"
)

func TestMain(m *testing.M) { nonode.Run(m) }

// known is the list of PutRetentionPolicy's retentionInDays (CloudWatch Logs
// API reference), as it stands there.
var known = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

func TestPeriodsAreThoseOfTheAPI(t *testing.T) {
	t.Parallel()
	if got := slices.Sorted(maps.Keys(periods)); !slices.Equal(got, known) {
		t.Errorf("got  %v\nwant %v", got, known)
	}
}

func TestNoPeriodIsForeverOrTwice(t *testing.T) {
	t.Parallel()
	of := map[awslogs.RetentionDays]int{}
	for days, period := range periods {
		if other, twice := of[period]; twice || period == awslogs.RetentionDays_INFINITE {
			t.Errorf("%d days are %s, as %d are", days, period, other)
		}
		of[period] = days
	}
}

// CDK names a period by its length, which tells whether a number has the name
// of another: 731 days are two years.
func TestPeriodsAreAsLongAsTheirNames(t *testing.T) {
	t.Parallel()
	units := map[string]float64{"DAY": 1, "WEEK": 7, "MONTH": 30.44, "YEAR": 365.25}
	numbers := map[string]float64{"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5, "SIX": 6, "SEVEN": 7, "EIGHT": 8, "NINE": 9, "TEN": 10,
		"THIRTEEN": 13, "EIGHTEEN": 18}
	for days, period := range periods {
		number, unit, _ := strings.Cut(string(period), "_")
		want := numbers[number] * units[strings.TrimSuffix(unit, "S")]
		if got := float64(days); got < 0.98*want || got > 1.02*want {
			t.Errorf("%d days are called %s, which is about %.0f", days, period, want)
		}
	}
}

func TestDays(t *testing.T) {
	t.Parallel()
	for days, want := range periods {
		if got, err := Days(days); err != nil || got != want {
			t.Errorf("%d days: got %q, %v, want %q", days, got, err, want)
		}
	}
	if got, err := Days(0); err != nil || got != awslogs.RetentionDays_ONE_YEAR {
		t.Errorf("0 days, which is the default: got %q, %v, want a year", got, err)
	}
	for _, days := range []int{-1, 2, 364, 366, 3652, 3654, 9999} {
		got, err := Days(days)
		want := fmt.Sprintf("%d days: CloudWatch Logs keeps events for one of %v days", days, known)
		if got != "" || err == nil || err.Error() != want {
			t.Errorf("%d days: got %q, %v, want the error %q", days, got, err, want)
		}
	}
}
