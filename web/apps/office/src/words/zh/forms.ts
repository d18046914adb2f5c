export const forms = {
  title: "表单", upload: "上传表单", sheet: "工作表", empty: "还没有表单", emptyHint: "上传 XLSForm（XLSX）或 XForm（XML）。", id: "编号", version: "版本", added: "添加日期", state: "状态", kind: "类别", survey: "调查", open: "使用中", closed: "已停用", unused: "没有调查使用", versions: "{n} 个版本", warnings: "{n} 条提醒",
  kinds: { sentiment: "民情", candidate: "人选", village: "村情", appraisal: "测评", visit: "入户登记", followup: "回访办理", backcheck: "抽查回访", other: "其他" },
  up: {
    title: "上传表单", file: "表单文件（.xlsx 或 .xml）", attach: "附件（图片、清单 CSV 等，可多选）", check: "检查", checking: "正在检查…", engine: "在手机的表单引擎里试开…", ok: "可以发布", publish: "发布", published: "已发布 {title} {version}", known: "这个版本已经在用，内容相同。", fresh: "新表单", compared: "与现有版本 {version} 相比", same: "没有差别", faults: "表单有 {n} 处错误，没有保存", warnings: "提醒", refused: "手机的表单引擎打不开这份表单，不能发布：", missing: "缺少这些文件，相应的清单或图片会是空的：{list}", plain: "手机上显示为普通文本框的题：", preview: "在手机上是这样", again: "改好后再选一次文件。", other: "换一个文件",
    questions: "{n} 题", step1: "选文件", step2: "检查结果", restart: "从头再试",
  },
  page: { preview: "预览", compare: "版本比较", files: "文件", from: "与哪个版本比", none: "没有差别", refusedChange: "不能并存", close: "停用这个版本", closeWords: "手机不再用它开新的记录；已开始的仍可提交，已有记录不受影响。", closedDone: "已停用", xml: "下载原文件（XForm）", back: "全部表单", missing: "缺少文件：{list}", phone: "手机大小的预览，填写的内容不会保存", language: "语言" },
} as const;
