package weibo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// Reply is the passive answer to p. The same p and text give the same bytes,
// which is what a repeat of a push must get. text is cleaned; how long it may
// be is Render's affair. Nothing to say is an empty body instead.
func Reply(p Push, text string) ([]byte, error) {
	data, err := marshal(struct {
		Text string `json:"text"`
	}{clean(text)})
	if err != nil {
		return nil, fmt.Errorf("encode the answer's data: %w", err)
	}
	answer, err := marshal(struct {
		Result   bool   `json:"result"`
		Sender   string `json:"sender_id"`
		Receiver string `json:"receiver_id"`
		Type     string `json:"type"`
		Data     string `json:"data"`
	}{true, p.Receiver, p.Citizen, "text", escape(string(data))})
	if err != nil {
		return nil, fmt.Errorf("encode the answer: %w", err)
	}
	return answer, nil
}

// marshal is json.Marshal without its escapes for HTML.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// escape encodes for the platform, which reads + as itself.
func escape(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}
