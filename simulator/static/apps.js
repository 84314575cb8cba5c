// What differs between the apps that the phone has. The page's body says which
// one is used.

const words = {
  wechat: {
    name: "微信",
    account: "公众号",
    failed: "该公众号暂时无法提供服务，请稍后再试",
    nothing: "服务器没有要说的（success）",
    welcome: "点一个二维码，就像在窗口扫码；也可以直接关注公众号。",
    right: "✓ 答复合格：信封、签名、收发双方和长度都对",
  },
  weibo: {
    name: "微博",
    account: "微博账号",
    failed: "没有收到回复",
    nothing: "服务器没有要说的（空的答复）",
    welcome: "点一个二维码，就像在窗口扫码；也可以关注账号，或不关注直接发私信。选项没有链接，回复它的数字。",
    right: "✓ 答复合格：编码、收发双方和字数都对",
  },
};

export const app = () => document.body.dataset.app || "wechat";
export const appWords = (name = app()) => words[name];
