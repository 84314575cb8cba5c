package social

import (
	"testing"
	"time"
)

func TestToken_warnsThreeTimesAndAtTheEnd(t *testing.T) {
	issued := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)
	token := Token{issued}
	for _, tt := range []struct {
		before time.Duration
		days   int
		want   Warning
	}{
		{31 * 24 * time.Hour, 31, NoWarning},
		{30*24*time.Hour + time.Second, 30, NoWarning},
		{30 * 24 * time.Hour, 30, Within30Days},
		{7 * 24 * time.Hour, 7, Within7Days},
		{24 * time.Hour, 1, Within1Day},
		{time.Second, 0, Within1Day},
		{0, 0, Ended},
		{-time.Second, -1, Ended},
	} {
		now := token.Ends().Add(-tt.before)
		if got := token.Warning(now); got != tt.want || token.DaysLeft(now) != tt.days {
			t.Errorf("%s before the end: warning %d, %d days", tt.before, got, token.DaysLeft(now))
		}
	}
}
