// Package long is for tests: it tells how much of a long test is run. A newcomer's
// `make test` runs enough of each to find what the long form usually finds;
// PINGYI_TEST_LONG=1, which .ci/run sets, runs the long form. It imports nothing of
// ours.
package long

import "os"

// Variable asks for the long forms.
const Variable = "PINGYI_TEST_LONG"

// Count returns how many rounds a test runs.
func Count(short, long int) int {
	if os.Getenv(Variable) == "1" {
		return long
	}
	return short
}
