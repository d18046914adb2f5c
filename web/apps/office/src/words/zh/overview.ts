export const overview = {
  title: "总览", waiting: "等我处理", todo: "待审核", needs_review: "其中要再看", conflicts: "有不同答案", flagged: "有标记", quarantined: "待审区", held: "等待之前的内容", returned: "已退回未改", duplicates: "疑似重复", silent: "{n} 天没有联系的手机", lost: "恢复时丢失的决定", clean: "无疑问", phones: "在用手机", nothing: "没有等您处理的事",
  coverage: "走访进度", byVillage: "按村（社区）", byGrid: "按网格", map: "地图", village: "村（社区）", grid: "网格", selected: "应访户", visited: "已走访", completed: "完成", partial: "部分完成", refused: "拒访", non_contact: "无人", other: "其他", not_eligible: "不合格", unknown: "未走访", attempts: "走访次数", rate: "走访率", all: "合计", notStarted: "{n} 个网格还没有开始", grids: "查看网格", back: "全部村（社区）", emptyFrame: "还没有抽中的住户", emptyFrameHint: "请登记员在“人员 · 住户”导入住户。",
  arrived: "每日新记录", today: "今天 {n} 条", byWorker: "今天按网格员", none: "今天还没有新记录", chart: "最近两周每天的新记录：{text}", records: "记录", progress: "按网格员的进度", open: "去审核", shapesHint: "管理员在“人员 · 区域”上传网格边界（GeoJSON）后，这里可以看地图。", mapOf: "网格走访率地图", legend: "走访率",
} as const;
