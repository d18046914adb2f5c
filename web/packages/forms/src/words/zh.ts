// 中文是原文：先写这里，en.ts 跟着它。

/** What controls and pages say, in Chinese. Its shape is the shape of every language. */
export const zh = {
  nav: {
    next: "下一页", back: "上一页", end: "到结尾", done: "完成", page: "第 {n} 页，共 {of} 页", overview: "目录", close: "关闭", back_to_list: "返回列表", skip: "再点一次可先跳过。",
    language: "问卷语言", empty: "这份表单现在没有要填的内容。", guidance: "说明", required: "必答", readonly: "只能看",
  },
  end: {
    title: "填完了", almost: "还没有填完", fine: "必答的都已填写。", faults: "还有 {n} 处要处理", jump: "去填写", note: "点“完成”前可以返回修改。", row: "第 {n} 项",
  },
  fault: {
    required: "此题必答", constraint: "这个答案不合要求", refused: "这样写无法记录，请改正：{typed}", choice: "原来的答案“{value}”已不在选项中，请重新选择",
    number: "请填数字", whole: "请填整数", big: "数字太大，最大 2147483647", date: "日期不完整或不存在", time: "时间不完整", point: "经纬度不正确", rank: "请排好全部选项", long: "文字太长，记录不下，请缩短",
    page: "本页还有 {n} 处要处理。",
  },
  choice: {
    pick: "请选择", search: "输入文字查找", none: "没有符合的选项", empty: "没有选项", count: "{n} 个选项", picked: "已选 {n} 项", clear: "清除", done: "选好了", up: "上移", down: "下移",
    add: "排在下一位", remove: "移出排序", ranked: "已排序", rest: "还没有排序，请依次点选", place: "第 {n} 位", acknowledge: "我已知晓", yes: "是", no: "否", files: "选项文件不在手机上",
  },
  number: { minus: "正负号", less: "减", more: "加", unset: "未填", of: "{n}（{from} 至 {to}）", star: "{n} 星" },
  date: { year: "年", month: "月", now: "现在", today: "今天", time: "时间", date: "日期" },
  place: {
    record: "记录位置", again: "重新记录", stop: "停止", accept: "用这个位置", waiting: "正在定位，请到空旷处…", accuracy: "精度 {m} 米", poor: "精度还不够（{m} 米），再等一等", denied: "没有定位权限，请在浏览器设置中允许，或手动填写",
    none: "定位不到，请到空旷处再试，或手动填写", manual: "手动填写经纬度", lat: "纬度", lon: "经度", set: "填入", add: "加一个点", points: "{n} 个点", undo: "去掉最后一点", few_line: "至少 2 个点", few_area: "至少 3 个点", finish: "完成", clear: "清除",
  },
  file: {
    take: "拍照", choose: "选择文件", again: "重拍", remove: "删除", record: "录音", stop: "停止录音", recording: "正在录音 {s} 秒", denied: "没有权限使用相机或麦克风，请在浏览器设置中允许，或选择文件", busy: "正在处理…", failed: "这个文件无法处理，请换一个",
    full: "手机存储空间不足，文件没有保存；请删除照片或应用后再试", missing: "文件不在这台手机上，答案仍然保留", film: "拍摄视频", size: "{size}", kept: "已选文件", photo: "照片", wrong: "不是这类文件",
  },
  draw: { start_sign: "签名", start_draw: "画图", sign: "请在框内签名", draw: "请在框内画图", annotate: "请在照片上标注", undo: "撤销一笔", clear: "清空", save: "用这张", type: "或用键盘输入姓名", typed: "用输入的姓名", first: "请先拍照" },
  barcode: { scan: "扫码", stop: "停止扫码", manual: "或手动输入条码", aim: "请将条码对准取景框", none: "这台手机不能扫码，请手动输入" },
  row: { add: "添加一项", remove: "删除这一项", sure: "确定删除？里面的内容也会删除。", yes: "删除", no: "不删除", empty: "还没有内容", open: "打开", unnamed: "未填写", faults: "{n} 处要处理", n: "第 {n} 项", fixed: "项数由表单决定", count: "{n} 项" },
  comment: { title: "街道办的意见" },
  conflict: { title: "这里有两个不同的答案，请选一个，或者重新填写", mine: "我的答案", other: "另一个答案", by: "{who}，{when}", choose: "选这个", blank: "（没有答案）", settled: "已选定", keep: "保留现在的答案" },
  plain: "这种题型手机上用普通方式填写",
  media: { play: "播放", missing: "图片或声音不在手机上：{name}" },
};
