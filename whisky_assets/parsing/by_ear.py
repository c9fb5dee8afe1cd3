"""English words of the trade as Korean and Japanese shops write them, where no rule of spelling would lead there.

One row a word: Latin, Hangul, katakana. They are common words of labels, no names; how a maker is spelled stands in
the reference. Not here: the rules for all other words (`parsing.by_sound`).
"""

from __future__ import annotations

from collections.abc import Mapping

_ROWS = """
age 에이지 エイジ
ale 에일 エール
american 아메리칸 アメリカン
and 앤드 アンド
anniversary 애니버서리 アニバーサリー
autumn 어텀 オータム
barley 발리 バーレイ
barrel 배럴 バレル
batch 배치 バッチ
beer 비어 ビア
blend 블렌드 ブレンド
bonded 본디드 ボンデッド
bottle 보틀 ボトル
bottled 보틀드 ボトルド
bourbon 버번 バーボン
bros 브라더스 ブラザーズ
brother 브라더 ブラザー
brothers 브라더스 ブラザーズ
butt 버트 バット
box 박스 ボックス
by 바이 バイ
canadian 캐나디안 カナディアン
cask 캐스크 カスク
castle 캐슬 キャッスル
charred 차드 チャード
choice 초이스 チョイス
classic 클래식 クラシック
club 클럽 クラブ
coast 코스트 コースト
collection 컬렉션 コレクション
company 컴퍼니 カンパニー
country 컨트리 カントリー
creek 크릭 クリーク
crown 크라운 クラウン
dark 다크 ダーク
distiller 디스틸러 ディスティラー
distillers 디스틸러스 ディスティラーズ
distillery 디스틸러리 ディスティラリー
double 더블 ダブル
edition 에디션 エディション
english 잉글리시 イングリッシュ
estate 에스테이트 エステート
festival 페스티벌 フェスティバル
fine 파인 ファイン
finest 파이니스트 ファイネスト
finish 피니시 フィニッシュ
finished 피니시드 フィニッシュド
fire 파이어 ファイア
first 퍼스트 ファースト
founder 파운더 ファウンダー
founders 파운더스 ファウンダーズ
french 프렌치 フレンチ
from 프롬 フロム
german 저먼 ジャーマン
gold 골드 ゴールド
grain 그레인 グレーン
grouse 그라우스 グラウス
harbour 하버 ハーバー
heart 하트 ハート
heritage 헤리티지 ヘリテージ
high 하이 ハイ
highland 하이랜드 ハイランド
honey 허니 ハニー
house 하우스 ハウス
indian 인디언 インディアン
irish 아이리시 アイリッシュ
island 아일랜드 アイランド
islay 아일라 アイラ
japanese 재패니즈 ジャパニーズ
jr 주니어 ジュニア
king 킹 キング
kings 킹스 キングス
label 라벨 ラベル
legacy 레거시 レガシー
legend 레전드 レジェンド
light 라이트 ライト
limited 리미티드 リミテッド
loch 로크 ロッホ
malt 몰트 モルト
maple 메이플 メープル
master 마스터 マスター
masters 마스터스 マスターズ
mountain 마운틴 マウンテン
new 뉴 ニュー
night 나이트 ナイト
no 넘버 ナンバー
oak 오크 オーク
of 오브 オブ
old 올드 オールド
organic 오가닉 オーガニック
original 오리지널 オリジナル
peated 피티드 ピーテッド
premium 프리미엄 プレミアム
private 프라이빗 プライベート
puncheon 펀천 パンチョン
quarter 쿼터 クォーター
queen 퀸 クイーン
rare 레어 レア
release 릴리스 リリース
reserve 리저브 リザーブ
river 리버 リバー
royal 로열 ロイヤル
rye 라이 ライ
saint 세인트 セント
scotch 스카치 スコッチ
scottish 스코티시 スコティッシュ
select 셀렉트 セレクト
selected 셀렉티드 セレクテッド
selection 셀렉션 セレクション
series 시리즈 シリーズ
sherry 셰리 シェリー
signature 시그니처 シグネチャー
silver 실버 シルバー
single 싱글 シングル
small 스몰 スモール
smoke 스모크 スモーク
smoky 스모키 スモーキー
special 스페셜 スペシャル
spirit 스피릿 スピリット
spring 스프링 スプリング
st 세인트 セント
still 스틸 スチル
stone 스톤 ストーン
storm 스톰 ストーム
straight 스트레이트 ストレート
strength 스트렝스 ストレングス
summer 서머 サマー
superior 슈피리어 スーペリア
the 더 ザ
three 스리 スリー
traditional 트래디셔널 トラディショナル
treasure 트레저 トレジャー
triple 트리플 トリプル
very 베리 ベリー
vintage 빈티지 ヴィンテージ
virgin 버진 ヴァージン
whiskey 위스키 ウイスキー
whisky 위스키 ウイスキー
white 화이트 ホワイト
wild 와일드 ワイルド
winter 윈터 ウィンター
wood 우드 ウッド
world 월드 ワールド
year 이어 イヤー
years 이어스 イヤーズ
"""

_WORDS = [line.split() for line in _ROWS.split("\n") if line]

HANGUL_BY_EAR: Mapping[str, str] = {latin: hangul for latin, hangul, _ in _WORDS}
KATAKANA_BY_EAR: Mapping[str, str] = {latin: katakana for latin, _, katakana in _WORDS}
ENGLISH_BY_EAR: Mapping[str, str] = {spelled: latin for latin, *both in reversed(_WORDS) for spelled in both}
"""Hangul and katakana words back to the Latin ones."""
