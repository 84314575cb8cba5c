package bot

import "strings"

// What an encoded receipt holds.
const (
	lastLow byte = 1 << iota
	lastPacked
	lastCampaign
	lastCode
	lastFlow // the flow's number stands from here on
)

func (r *receipt) append(b []byte, campaign string) []byte {
	flags := byte(r.flow) * lastFlow
	packed, ok := packReceipt(r.receipt)
	for bit, yes := range [...]bool{r.low, ok, r.campaign != campaign, r.code != ""} {
		if yes {
			flags |= 1 << bit
		}
	}
	b = append(b, flags, byte(r.digits>>16), byte(r.digits>>8), byte(r.digits)) //nolint:gosec // the bytes are what is wanted
	b = putText(b, r.unit)
	if ok {
		b = append(b, packed[:]...)
	} else {
		b = putText(b, r.receipt)
	}
	if r.campaign != campaign {
		b = putText(b, r.campaign)
	}
	if r.code != "" {
		b = putText(b, r.code)
	}
	return b
}

// receiptAlphabet is Crockford's base 32, in which receipts are written.
const receiptAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// packReceipt packs XXXX-XXXX-XXXX-XXXX into its 80 bits.
func packReceipt(s string) (p [10]byte, ok bool) {
	if len(s) != 19 {
		return p, false
	}
	var hi, lo uint64
	n := 0
	for i := range len(s) {
		if i%5 == 4 {
			if s[i] != '-' {
				return p, false
			}
			continue
		}
		v := strings.IndexByte(receiptAlphabet, s[i])
		if v < 0 {
			return p, false
		}
		if n < 8 {
			hi = hi<<5 | uint64(v)
		} else {
			lo = lo<<5 | uint64(v)
		}
		n++
	}
	for i := range 5 {
		p[i], p[5+i] = byte(hi>>(32-8*i)), byte(lo>>(32-8*i)) //nolint:gosec // the byte is what is wanted
	}
	return p, true
}

func unpackReceipt(p []byte) string {
	var out [19]byte
	at := 0
	for half := range 2 {
		var v uint64
		for _, c := range p[half*5 : half*5+5] {
			v = v<<8 | uint64(c)
		}
		for i := range 8 {
			if at%5 == 4 {
				out[at] = '-'
				at++
			}
			out[at] = receiptAlphabet[v>>(35-5*i)&31]
			at++
		}
	}
	return string(out[:])
}

func (r *receipt) read(in *reader, campaign string) {
	flags := in.byte()
	r.flow, r.low = flowID(flags/lastFlow), flags&lastLow != 0
	d := in.take(3)
	r.digits = uint32(d[0])<<16 | uint32(d[1])<<8 | uint32(d[2])
	r.unit = in.text()
	if flags&lastPacked != 0 {
		r.receipt = unpackReceipt(in.take(10))
	} else {
		r.receipt = in.text()
	}
	r.campaign = campaign
	if flags&lastCampaign != 0 {
		r.campaign = in.text()
	}
	if flags&lastCode != 0 {
		r.code = in.text()
	}
	in.bad = in.bad || r.flow > flowWithdrawal
}
