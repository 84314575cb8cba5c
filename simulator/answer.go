package simulator

import (
	"encoding/xml"
	"strconv"
	"strings"

	"github.com/silenceper/wechat/v2/util"
)

// The platform's limits on an answer, in bytes. That of the text is
// undocumented; pingyi keeps well below it.
const (
	maxAnswer  = 64 << 10
	maxContent = 2048
)

// nothingToSay is what the platform takes for an answer that says nothing; it
// is never encrypted.
const nothingToSay = "success"

// answerEnvelope is an encrypted answer.
type answerEnvelope struct {
	XMLName      xml.Name `xml:"xml"`
	Encrypt      string
	MsgSignature string
	TimeStamp    string
	Nonce        string
}

// answerMessage is a decrypted answer.
type answerMessage struct {
	XMLName      xml.Name `xml:"xml"`
	ToUserName   string
	FromUserName string
	CreateTime   string
	MsgType      string
	Content      string
}

// judge fills in what an answer says and what is wrong with it.
func (p *Platform) judge(e *Exchange) {
	e.Plain, e.Text, e.Links, e.Faults = "", "", nil, nil
	switch {
	case e.Status == 0:
		e.fault(FaultSilent)
	case e.Status != 200:
		e.fault(FaultStatus)
	case len(e.Raw) > maxAnswer:
		e.fault(FaultTooBig)
	case e.Raw == "":
		e.fault(FaultEmpty)
	case e.Raw == nothingToSay:
		e.Plain = e.Raw
	default:
		p.open(e)
	}
}

func (e *Exchange) fault(f Fault) { e.Faults = append(e.Faults, f) }

// open decrypts an answer where the account is in safe mode, and reads it.
func (p *Platform) open(e *Exchange) {
	if p.account.AESKey == "" {
		e.Plain = e.Raw
		p.read(e)
		return
	}
	var env answerEnvelope
	err := xml.Unmarshal([]byte(e.Raw), &env)
	if err != nil || env.Encrypt == "" || env.MsgSignature == "" || env.TimeStamp == "" || env.Nonce == "" {
		e.fault(FaultEnvelope)
		return
	}
	if util.Signature(p.account.Token, env.TimeStamp, env.Nonce, env.Encrypt) != env.MsgSignature {
		e.fault(FaultSignature)
		return
	}
	_, plain, err := util.DecryptMsg(p.account.AppID, env.Encrypt, p.account.AESKey)
	if err != nil {
		e.fault(FaultCipher)
		return
	}
	e.Plain = string(plain)
	p.read(e)
}

// read checks a decrypted answer; all that is wrong is told at once.
func (p *Platform) read(e *Exchange) {
	var m answerMessage
	if !strings.HasPrefix(e.Plain, "<xml>") || xml.Unmarshal([]byte(e.Plain), &m) != nil {
		e.fault(FaultXML)
		return
	}
	if m.ToUserName != e.OpenID {
		e.fault(FaultReceiver)
	}
	if m.FromUserName != p.account.OriginalID {
		e.fault(FaultSender)
	}
	if t, err := strconv.ParseInt(m.CreateTime, 10, 64); err != nil || t <= 0 {
		e.fault(FaultTime)
	}
	switch {
	case m.MsgType != "text":
		e.fault(FaultType)
	case m.Content == "":
		e.fault(FaultEmpty)
	case len(m.Content) > maxContent:
		e.fault(FaultTooLong)
	}
	e.Text = m.Content
	e.Links = linksOf(m.Content)
}
