export const review = {
  queue: {
    title: "审核", one: "案号", village: "村（社区）", form: "表单", worker: "网格员", date: "提交日期", status: "状态", look: "要看的", conflicts: "不同答案 {n} 处", flags: "标记 {n} 个",
    any: "不限状态", todo: "待审核", filterLook: "要看的", withConflict: "有不同答案", clean: "无疑问", search: "案号、记录编号或网格员代码", newest: "新的在前", oldest: "旧的在前", order: "次序",
    empty: "没有待审核的记录", emptyHint: "手机发来新记录时，这里会自动出现。", begin: "从第一条开始审核", total: "共 {n} 条", flag: "标记", bulk: "批量通过无疑问的（{n}）",
  },
  page: {
    title: "记录 {case}", back: "回到队列", previous: "上一条", next: "下一条", last: "队列里没有下一条了", first: "队列里没有上一条了", answers: "答案", seen: "受访者所见", history: "历史", author: "填写人", version: "表单版本 {v}",
    stub: "草稿：答案提交后才显示。", restricted: "这条记录已按住户要求限制使用，答案不显示。", assignees: "已移交", erased: "这条记录已按要求删除", by: "{who} · {date}", office: "街道办", changed: "改过 {n} 次",
    empty: "（未填）", cleared: "（已清空）", hiddenFields: "计算与设备字段（{n}）", unknown: "表单里没有的项目（{n}）", row: "第 {n} 项", noRows: "没有填写", missingFile: "附件还没有上传", openFile: "打开附件", sealed: "这份提交是加密的。", noModel: "服务器没有这份表单，只能显示原始路径和值。",
    files: "{n} 个附件还没有上传", asSent: "原始值", differs: "与服务器计算的不同：应为 {value}",
  },
  look: { title: "要看的", none: "没有要看的地方", conflict: "不同答案", flag: "标记", broken: "不符合表单规则", merged: "（合并多人答案后出现）", comment: "批注", settleFirst: "还有 {n} 处不同答案没有选定", at: "到这一题" },
  conflict: {
    title: "这里有 {n} 个不同的答案", choose: "选这个", write: "另写一个", chosen: "选定 {who} 的答案", keepRow: "保留这一行", dropRow: "删除这一行", rowTitle: "一人删除了这一行，另一人还在填写", shown: "现在显示", done: "已选定", reasonChosen: "对照后选定 {who} 的答案", reasonRow: "对照后决定：{what}",
  },
  edit: { title: "更正", value: "新的答案", reason: "更正理由", reasonEg: "如：已电话核实", clear: "清空答案", save: "保存更正", same: "与现在显示的答案相同。", saved: "已更正" },
  note: { add: "批注", at: "批注：{label}", placeholder: "写给填写人看的话", waiting: "{n} 条批注还没有发出，会随您的决定一起发出", drop: "去掉", earlier: "以前的批注" },
  decide: {
    title: "决定", approve: "通过", return: "退回", needs_review: "再看一次", comment: "对整条记录的意见", commentNeeded: "退回要写明原因，或在题目处批注。", send: "发出", approved: "{case} 已通过", returned: "{case} 已退回", needs_review_done: "{case} 已标为待再看", cannotDraft: "草稿还不能审核。",
    conflictFirst: "还有不同答案没有选定，通过后它们仍并存。仍要通过吗？", anyway: "仍然通过", wait: "正在提交…", failed: "{case} 没有提交成功",
  },
  since: { title: "您打开之后，这条记录又有了新内容", words: "您写的内容还在。请看下面的新内容，再决定一次。", now: "{path}：现在是 {value}", who: "{who} · {date}", only: "内容没有变化，只是有新的保存。", seen: "看过了" },
  more: { title: "更多", handover: "移交给其他网格员", move: "改到其他网格", enketo: "在 Enketo 里编辑", to: "交给", grid: "网格", handed: "已移交", moved: "已改到新网格", current: "现在：{who}", none: "没有移交", code: "网格员代码" },
  history: { title: "历史", all: "全部历史", of: "“{label}”的历史", wrote: "写入", cleared: "清空", added: "添加一行", removed: "删除一行", over: "取代了 {value}（{who} · {date}）", reason: "理由：{text}", none: "只写过一次", status: "状态" },
  bulk: {
    title: "批量通过无疑问的记录", words: "无疑问：已提交、没有不同答案、没有标记、不在未处理的疑似重复里。先看一份随机样本，再一起通过。", draw: "抽样", sample: "样本 {n} 份，共 {all} 份无疑问", open: "打开", seen: "看过", go: "通过全部 {n} 份", mustSee: "请先看完样本里的每一份。", progress: "已通过 {n} / {all}", done: "通过了 {n} 份", refused: "{n} 份没有通过，仍在队列里", close: "完成", none: "没有无疑问的记录", stop: "停下",
    next: "下一份", of: "样本 {i} / {n}",
  },
  keys: {
    next: "下一条记录", previous: "上一条记录", approve: "通过", return: "退回", needsReview: "再看一次", choose1: "选左边的答案", choose2: "选第二个答案", choose3: "选第三个答案，或另写一个", write: "另写一个答案 / 更正这一题", comment: "批注这一题", look: "到下一处要看的", lookBack: "到上一处要看的", down: "下一题", up: "上一题", history: "这一题的历史", seen: "受访者所见 / 答案", back: "回到队列",
  },
} as const;
