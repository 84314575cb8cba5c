// Package faults holds tests alone: a MariaDB, a Redis and several servers of
// its own, proxies between them that cut, delay and swallow, processes that are
// killed, clocks that are moved, two platforms that deliver each push up to four
// times, and a checker that compares every answer that was sent with the record.
// Its tests may import what they need of the product; the servers are the built
// program.
package faults
