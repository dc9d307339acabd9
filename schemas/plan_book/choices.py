"""What may be picked in the central plan workbook: code, Thai and English of every drop-down list."""

from __future__ import annotations

from schemas.language import Choice, Text

YES_NO = (Choice("yes", Text("ใช่", "yes")), Choice("no", Text("ไม่ใช่", "no")))
TYPES = (
    Choice("quantity", Text("เชิงปริมาณ", "quantity")),
    Choice("quality", Text("เชิงคุณภาพ", "quality")),
    Choice("time", Text("เชิงเวลา", "time")),
    Choice("cost", Text("เชิงต้นทุน", "cost")),
)
DIRECTIONS = (
    Choice("higher", Text("ยิ่งมากยิ่งดี", "higher")),
    Choice("lower", Text("ยิ่งน้อยยิ่งดี", "lower")),
    Choice("middle", Text("ยิ่งใกล้ค่ากลางยิ่งดี", "middle")),
)
CYCLES = (
    Choice("monthly", Text("รายเดือน", "monthly")),
    Choice("quarterly", Text("รายไตรมาส", "quarterly")),
    Choice("half-yearly", Text("รอบ 6 เดือน", "half-yearly")),
    Choice("yearly", Text("รายปี", "yearly")),
)
OVER_TIME = (
    Choice("sum", Text("ผลรวม", "sum")),
    Choice("last", Text("ค่าล่าสุด", "last")),
    Choice("max", Text("ค่าสูงสุด", "max")),
    Choice("mean", Text("ค่าเฉลี่ย", "mean")),
    Choice("ratio", Text("อัตราส่วน", "ratio")),
    Choice("none", Text("ไม่รวม", "none")),
    Choice("auto", Text("อัตโนมัติ", "auto")),
)
OVER_UNITS = (
    Choice("sum", Text("ผลรวม", "sum")),
    Choice("mean", Text("ค่าเฉลี่ย", "mean")),
    Choice("weighted_mean", Text("ค่าเฉลี่ยถ่วงน้ำหนัก", "weighted_mean")),
    Choice("ratio", Text("อัตราส่วน", "ratio")),
    Choice("max", Text("ค่าสูงสุด", "max")),
    Choice("min", Text("ค่าต่ำสุด", "min")),
    Choice("none", Text("ไม่รวม", "none")),
)
BASES = (
    Choice("period", Text("เฉพาะงวด", "period")),
    Choice("cumulative", Text("สะสม", "cumulative")),
)
TARGET_SCALES = (
    Choice("raw", Text("หน่วยวัด", "raw")),
    Choice("level", Text("ระดับคะแนน", "level")),
)
SCORINGS = (
    Choice("interpolate", Text("เทียบบัญญัติไตรยางศ์", "interpolate")),
    Choice("level", Text("ระดับความสำเร็จ", "level")),
    Choice("band", Text("ช่วงคะแนน", "band")),
    Choice("percent_of_target", Text("ร้อยละของเป้าหมาย", "percent_of_target")),
    Choice("yes_no", Text("มี/ไม่มี (1 = มี)", "yes_no")),
    Choice("none", Text("ไม่ให้คะแนน", "none")),
)
# What criteria 1, 2, … score. Scales of other points count in proportion to their last: 50 of 100 is 2.5 of 5.
LEVELS = (
    Choice("1-5", Text("1 ถึง 5 คะแนน", "1-5")),
    Choice("50/75/100", Text("50/75/100", "50/75/100")),
    Choice("0/50/100", Text("0/50/100", "0/50/100")),
    Choice("1/2/3", Text("1/2/3", "1/2/3")),
    Choice("1/3/5", Text("1/3/5", "1/3/5")),
)
STATES = (Choice("draft", Text("ร่าง", "draft")), Choice("confirmed", Text("ยืนยัน", "confirmed")))
PLAN_KINDS = (
    Choice("vision", Text("วิสัยทัศน์", "vision")),
    Choice("mission", Text("พันธกิจ", "mission")),
    Choice("issue", Text("ประเด็นยุทธศาสตร์", "strategic issue")),
    Choice("goal", Text("เป้าประสงค์", "goal")),
    Choice("dimension", Text("มิติ", "dimension")),
    Choice("topic", Text("แผนปฏิบัติราชการ เรื่อง", "plan topic")),
)
FORM_CHOICES = (
    Choice("monthly_plan", Text("แผนรายเดือน", "monthly_plan")),
    Choice("quarterly_result", Text("ผลรายไตรมาส", "quarterly_result")),
)
SEVERITIES = (
    Choice("error", Text("ต้องแก้", "error")),
    Choice("query", Text("ขอคำยืนยัน", "query")),
    Choice("warning", Text("โปรดตรวจ", "warning")),
    Choice("info", Text("แจ้งให้ทราบ", "info")),
)
