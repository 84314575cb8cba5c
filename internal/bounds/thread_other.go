//go:build !linux

package bounds

import "time"

var began = time.Now()

// threadTime is the time of the clock, where a thread's own is not at hand.
func threadTime() time.Duration { return time.Since(began) }
