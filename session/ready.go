package session

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	readyLife  = 10 * time.Second
	readySlots = 16 // of a cluster, so that hardly a master is left out
)

// readyScript writes as a turn's scripts do. KEYS a key of its own. ARGV life in ms.
var readyScript = redis.NewScript(`redis.call('SET', KEYS[1], '1', 'PX', ARGV[1]) return 1`)

// Ready reports whether Redis takes a turn's writes: it does not at its maxmemory, as a
// replica, without the replicas that it asks for, or where a cluster lacks slots.
func (s *Store) Ready(ctx context.Context) error {
	n := 1
	if _, cluster := s.client.(*redis.ClusterClient); cluster {
		n = readySlots
	}
	for i := range n {
		key := "s{ready" + strconv.Itoa(i) + "}"
		if err := readyScript.Run(ctx, s.client, []string{key}, readyLife.Milliseconds()).Err(); err != nil {
			return fmt.Errorf("write to redis: %w", err)
		}
	}
	return nil
}
