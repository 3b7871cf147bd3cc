"""A small portal, its agencies and the words of an article, for every test."""

from __future__ import annotations

from datetime import UTC, datetime

NOW = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)

PORTAL = """
identity:
  name: 中国样例
  legal_name: 样例省人民政府门户网站
  site_name: 中国样例
  site_domain: www.example.gov.cn
  site_id_code: "9900000000"
  base_url: https://www.example.gov.cn
  organizer: 样例省人民政府办公厅
  crawler_contact: portal@example.gov.cn
zones:
  - key: dongtai
    name: 动态信息
    columns:
      - {key: bumen, name: 部门动态, description: 各部门的工作, keywords: [部门], type: 动态信息}
      - {key: diqu, name: 地区动态, description: 各地的工作, keywords: [地区], type: 动态信息}
  - key: gongkai
    name: 政务公开
    columns:
      - {key: tongzhi, name: 通知公告, description: 通知, keywords: [通知], type: 通知公告, style: notices}
      - {key: renshi, name: 人事任免, description: 任免, keywords: [任免], type: 人事, risk: high, reviews: 2}
rules:
  - {column: renshi, name: 任免, probability: 0.9, when: {title: 任免}}
  - {column: bumen, name: 部门的动态, probability: 0.8, when: {group: department}}
  - {column: diqu, name: 各地的动态, probability: 0.8, when: {group: prefecture}}
"""

SOURCES = """
agencies:
  - {key: jyt, name: 样例省教育厅, group: department, level: province, site_name: 样例教育网}
  - {key: xn, name: 样例市人民政府, short_name: 样例市, group: prefecture, level: prefecture}
sources:
  - {id: jyt-dt, agency: jyt, name: 工作动态, address: http://jyt.example.gov.cn/dt/}
  - {id: xn-dt, agency: xn, name: 要闻, address: http://xn.example.gov.cn/yw/}
"""

BODY = (
    "本次检查覆盖全省各地的寄宿制学校，重点查看取暖设备、食堂卫生与校车安排。"
    "检查组要求各学校建立台账，逐项整改，并在月底前报告结果。"
    "省教育厅有关负责人表示，检查结果将向社会公布，接受群众监督。"
)

STORY = BODY * 4  # long enough to be reworded here and there

NOTICE = (
    "因路面病害处治需要，省道示例线将实行全封闭施工，现将有关事项通告如下。\n"
    "施工期间，除抢险救援车辆外，禁止一切机动车和行人通行，请沿示例县道绕行，施工自{day}起至月底结束。\n"
    "施工路段两端设置告示牌和值守点，请过往驾驶员服从现场工作人员指挥，注意行车安全。\n特此通告。"
)
