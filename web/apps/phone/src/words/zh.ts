// 中文是原文：先写这里，en.ts 跟着它。与 @ruhu/i18n 的文字合用，最上一层的名字不能重复。

/** What the phone app says beside the shared catalogue, in Chinese. */
export const zh = {
  tab: { today: "今天", todo: "待处理", send: "发送", settings: "设置", label: "主菜单" },
  common: {
    back: "返回", done: "完成", cancel: "取消", ok: "知道了", loading: "正在打开…", retry: "再试一次", more: "更多", close: "关闭", optional: "可不填", and: "；",
    broken: "这里没有打开", brokenNext: "您写的内容都在手机里。请再试一次；还是不行，请告诉街道办。",
    morning: "上午", afternoon: "下午或晚上",
  },
  gate: {
    wechat: "请在浏览器里打开", wechatWhy: "在微信里打开，内容留不住。", wechat1: "点右上角“…”", wechat2: "选“在浏览器打开”", wechat3: "在浏览器菜单里选“添加到主屏幕”",
    copy: "复制链接", copied: "已复制，请到浏览器里粘贴",
    old: "这个浏览器不能用", oldWhy: "它不能安全地保存内容。", oldNext: "请用较新的 Chrome、Edge、Firefox 或手机自带浏览器，并从 https 开头的链接打开。",
    noScript: "请打开 JavaScript",
  },
  start: {
    lead: "用管理员给您的登记码，把这台手机登记到您名下。", scan: "扫描二维码", type: "输入登记码", hint: "登记码在管理员给您的纸条或链接里", noCamera: "没有相机权限。请在浏览器设置里允许，或输入登记码。",
    noScanner: "这个浏览器不能扫码，请输入登记码，或用手机相机扫码打开链接。", aim: "把二维码放进框里", notOurs: "这不是登记二维码",
    codeFound: "登记码已填好", next: "下一步",
    pinTitle: "设一个密码", pinWhy: "每次打开都要输入。手机丢了，别人也看不到您填的内容。", pinAgain: "再输入一次", pinDiffers: "两次不一样，请重新设置",
    passphrase: "改用更长的口令", digits: "改用 6 位数字", phraseHint: "至少 8 个字，汉字、字母、数字都可以", weak: "太容易猜到，请换一个", forgot: "记住它：忘了密码，只能由街道办重新登记；已写的内容不会丢。",
    working: "正在登记…", receiving: "正在接收今天的名单…", another: "登记另一位网格员", install: "放到主屏幕，像应用一样打开", installDo: "添加", offlineReady: "已可离线使用", offlineWait: "正在准备离线使用，请先别断网…",
    offline: "登记需要网络。请到有信号的地方再试。",
  },
  open: {
    title: "请解锁", who: "您是几号？", mark: "{n} 号", tries: "还可以试 {n} 次", forgot: "忘记密码了", forgotText: "没有人能找回密码。请向管理员要一个新的登记码重新登记；这台手机上没发送的内容会一起送到街道办，不会丢。",
    destroyed: "已锁死", destroyedText: "密码错误次数太多，这里的内容谁也打不开了。没发送的内容为服务器封存着：重新登记后会一起送出，也可以先导出成文件。", exportPack: "导出没发送的内容", enrolAgain: "用新的登记码登记", lastOpened: "上次打开：{time}",
    phrase: "口令", usePhrase: "用口令", useDigits: "用数字密码", checking: "正在打开…", full: "手机存储满了，打不开。请先删掉一些照片或应用，再试一次。这里的内容还在。",
  },
  today: {
    title: "今天", toFill: "待填写", none: "还没有派给您的任务", noneNext: "派了任务后，在有信号的地方点“接收”。网格交给别人以后，这里也会空着。", receive: "接收", search: "找门牌、户号", filter: "筛选", all: "全部", allDone: "都走完了", allDoneNext: "请到“发送”看看内容是否都已送到。",
    noMatch: "没有符合的", noMatchNext: "换个说法，或点“全部”。", progress: "已完成 {done} / {total}", others: "别人已完成 {n}", due: "{date} 前", attempts: "去过 {n} 次", places: "村情与其他表单", grid: "网格 {code}", gridOf: "{village} 第 {n} 网格", again: "这里已填过", againNew: "新填一份", againOpen: "看已填的", chooseForm: "填哪种表单？", choosePlace: "哪个村（社区）？", doors: "{n} 户", start: "新填一份", resume: "接着填", drafts: "没填完的",
    order: "按走访顺序", overdue: "过期", appointmentOn: "{date}", missed: "约定已过：{date}", refused: "拒访", held: "等街道办确认", other: "其他表单", follow: "回访", formsMissing: "表单还没有下载，请在有信号的地方点“接收”。",
    unsentBadge: "{n} 条未发送", allSent: "都已发送", begin: "填写其他表单",
  },
  door: {
    title: "这一户", history: "以前来过", never: "第一次来", notice: "告知书", version: "第 {n} 版", read: "念给对方听", readAloud: "朗读", stop: "停止朗读", noVoice: "这台手机不能朗读，请您来念", noNotice: "告知书还没有接收到，请先接收一次再访问。",
    begin: "念完了，开始访问", go: "接着填", open: "打开", notNow: "没有访成", refuse: "拒访", refuseWho: "谁拒绝的？", nobody: "家中无人", appointment: "约时间", other: "其他情况", more: "全部情况", why: "原因", record: "记下", recordOf: "记下：{what}",
    when: "约在哪天？", tomorrow: "明天", dayAfter: "后天", saved: "已记下：{what}", follow: "对方希望有人答复", followHint: "另记一张表，不带问卷里的任何回答", reasons: { "1": "没时间", "2": "不信任", "3": "担心影响", "4": "其他" }, later: "先返回", past: "要选今天以后的日期", max: "已经来过 6 次，请与街道办商量。",
    half: "只记日期和上午、下午，不记时刻", caseNumber: "案号 {case}", candidate: "有人愿意参选", candidateHint: "姓名和电话由街道办另外登记，不写在表里",
  },
  talk: {
    saved: "已保存", saving: "正在保存…", unsaved: "正在写…", menu: "菜单", leave: "先退出，以后接着填", erase: "删除这份访问", eraseSure: "删除后无法找回。", eraseDo: "删除", keep: "不删除", overview: "看看还缺什么", language: "问卷语言", slip: "撤回码", submit: "提交", submitted: "已提交，保存在手机里", submitSure: "提交后由街道办审核。", faults: "还有 {n} 处要处理",
    elsewhere: "这份问卷正在另一个窗口里填", takeOver: "在这里接着填", goBack: "返回今天", lost: "这份问卷已在别处打开或已删除", lostNext: "到那时为止写的内容都已保存。", full: "手机存储满了，还没有保存", fullNext: "您写的内容还在屏幕上。请先删掉一些照片或应用，再点“再试一次”。", failed: "没有保存成功", failedNext: "您写的内容还在屏幕上，请再试一次。", retry: "再试一次",
    closed: "这份表单已停止收集", refusedForm: "这份表单在手机上打不开", refusedNext: "请告诉街道办：{why}", formMissing: "表单不在这台手机上", formMissingNext: "请在有信号的地方点“接收”，再回来填写。", endRefused: "对方不同意：只记拒访，不保存任何回答。", endMinor: "不满 18 岁：只记结果，不保存任何回答。", endDo: "结束并返回", followAsk: "对方希望有人答复", followAskText: "现在另记一张回访表吗？", followYes: "记一张", followNo: "不用了", comments: "街道办有 {n} 条意见", conflicts: "有 {n} 处答案不同，请逐个选定", show: "去看",
    fileMissing: "有 {n} 个文件不在手机里，请重拍或删除：{names}", handed: "由两人填写",
  },
  slip: { title: "撤回码", lead: "写在回执上，留给受访者。凭码可随时要求删除本次回答。", given: "回执已留下", later: "等一下再给", note: "留下回执后，这份访问只有凭码才能删除。", before: "回执还没有留下" },
  self: {
    offer: "交给受访者本人填", offerText: "字会变大，填过的页不能翻回去看。", hand: "交出手机", title: "请您自己填写", lead: "您的回答不会给村里看。填完一页点“下一页”，不能翻回去看。", begin: "开始", back: "请把手机交还给访问人员", backText: "访问人员输入密码后继续。", unlock: "我是访问人员", stop: "交还手机", locked: "本人填写的部分已锁定，不能查看。",
  },
  todo: {
    title: "待处理", none: "没有要处理的", noneNext: "街道办退回的、答案不同的，会出现在这里。", returned: "退回的", returnedText: "街道办有意见，请改正后再提交", clash: "答案不同的", clashText: "同一题有两个答案，请选一个", open: "去改", choose: "去选", comments: "{n} 条意见", places: "{n} 处不同", whole: "整份", drafts: "没填完的", draftsText: "写了一半，还没有提交",
    removed: "这一项被删除了，但有人还在填", keepRow: "保留", dropRow: "删除", mine: "我的答案", other: "另一个答案", blank: "（没有答案）", stub: "答案不在这台手机上",
  },
  send: {
    title: "发送", now: "现在发送", sending: "正在发送…", receiving: "正在接收…", forms: "正在下载表单…", files: "正在发送照片 {done} / {total}", nothing: "都已送到服务器", unsent: "还在手机里，没有发送", photos: "照片和文件 {n} 个，{size}", drafts: "没填完的 {n} 份（提交或退出时发送）", merged: "服务器已收到", waiting: "服务器已收到，等前面的内容", held: "等街道办确认", void: "不会计入", safe: "已备份", unsafe: "等待备份",
    last: "上次发送和接收：{time}", never: "还没有发送和接收过", next: "{time} 再试", offline: "现在没有信号", offlineNext: "内容都在手机里，有信号时自动发送。", details: "逐条看", noDetails: "还没有写过内容", sets: "{n} 次保存", why: "原因：{why}", pack: "没有信号？用文件带走", packText: "把没发送的内容加密成一个文件，用存储卡、蓝牙交给别人，由另一台手机或街道办上传。只有服务器打得开。", packDo: "导出文件", packNone: "没有要发送的内容", packDone: "文件已导出。内容仍留在手机里，直到服务器收到。", carry: "替别人上传文件", carryText: "选别的手机导出的文件，从这里送到服务器。您看不到里面的内容。", carryDo: "选择文件", carried: "已送到：收到 {merged}，等待 {waiting}，待确认 {held}，不计入 {void}，没接收 {refused}", filesOf: "还有 {n} 个文件没发送",
    revoked: "这台手机已停用", forks: "这台手机换过 {n} 次编号，内容没有丢失", longUnsafe: "有 {n} 条内容 90 天还没有备份，请告诉街道办。", clock: "手机时间差 {minutes} 分钟，请检查日期和时间设置。", registry: "入户登记", answersOf: "问卷",
    wait: "{s} 秒后再试", complete: "截至 {time} 内容完整", incomplete: "内容还没有接收完整",
  },
  own: {
    language: "语言", textSize: "字号", normal: "标准", large: "大", largest: "特大", sample: "您对本村道路满意吗？", role: "我是", roles: { "1": "网格员", "2": "包村干部", "3": "第一书记" }, pin: "修改密码", oldPin: "原来的密码", newPin: "新密码", pinChanged: "密码已修改", storage: "手机存储", ask: "请浏览器一直保留", asked: "浏览器没有答应。请把应用放到主屏幕，并经常发送。", unknown: "浏览器没有说明是否会保留内容", quota: "还可用 {mb} MB", lock: "现在锁定",
    signOff: "在这台手机上停用我的账号", signOffText: "先把没发送的内容发完，再从这台手机上删除您的全部内容。", signOffDo: "停用", signOffSure: "确定停用？", notEmpty: "还有内容没有送到，请先发送。", signedOff: "已停用，这台手机上没有您的内容了", version: "版本 {v}", me: "{name}", worker: "网格：{grids}", offline: "应用",
  },
  update: { ready: "新版本已准备好", now: "更新", later: "填完再更新", busy: "有问卷正在填写，填完后再更新。", again: "正在更新…" },
  kind: { sentiment: "入户问卷", candidate: "意向人选访谈", village: "村情研判表", appraisal: "民主测评", visit: "入户登记", followup: "回访办理", backcheck: "抽查回访", other: "表单" },
  fault: {
    locked: "已锁定，请先解锁。", "wrong-pin": "密码不对，还可以试 {left} 次。", "pin-destroyed": "密码错误次数太多，已锁死。已写下的内容没有丢失，请联系街道办。", "weak-pin": "这个密码太容易猜到，请换一个。", "storage-full": "手机存储满了，还没有保存。请先删掉一些照片或应用。", "storage-failed": "手机没有存下来，请再试一次。", "open-elsewhere": "这份问卷正在另一个窗口里填。", "taken-over": "这份问卷已在另一个窗口里打开。", "attachment-missing": "有文件不在手机里，请重拍或删除：{names}", "form-missing": "表单不在这台手机上，请在有信号的地方接收。", "photo-unreadable": "这张照片读不出来，请重拍。", "outbox-not-empty": "还有内容没有送到，请先发送。", "not-erasable": "回执已留下，只有凭撤回码才能删除。", "not-a-pack": "这不是手机导出的文件。", "nothing-unsent": "没有要发送的内容。", "already-enrolled": "这台手机已登记。",
  },
} as const;
