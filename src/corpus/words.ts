// Word lists of the generated corpus. Places, people and offices are invented; none stands for a real one.

export const PLACE_HEADS =
  "가 나래 다온 마루 새별 은하 한빛 푸른 솔 달 해 별 미르 가온 아라 누리 이든 보람 슬기 도담 청 금 은 송 백 남 동 서 북 하".split(
    " ",
  );
export const PLACE_TAILS = "람 솔 빛 재 내 들 메 골 실 여울 벌 섬 터 안 산 천 평 주 양 원".split(" ");
export const PLACE_UNITS = ["시", "군", "구", "읍", "동"];
export const FAMILY_NAMES = "김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 유 홍".split(" ");
export const GIVEN_NAMES =
  "민수 지영 현우 서연 도윤 하은 준호 수빈 지훈 예린 태민 은지 성호 미경 동현 소희 재석 나영 상우 가은".split(
    " ",
  );
export const OFFICES = [
  "복지과",
  "교통과",
  "환경과",
  "문화과",
  "경제과",
  "안전과",
  "보건소",
  "도서관",
  "평생 학습관",
  "체육과",
  "농업 기술 센터",
  "여성 센터",
  "청년 센터",
  "수도과",
  "공원과",
  "교육 지원청",
];
export const TARGETS = [
  "청년",
  "대학생",
  "신혼부부",
  "어르신",
  "임산부",
  "장애인",
  "소상공인",
  "한부모 가정",
  "다자녀 가정",
  "귀농인",
  "1인 가구",
  "저소득 가구",
  "중장년 구직자",
  "초등학생",
  "중학생",
  "고등학생",
  "경력 단절 여성",
  "다문화 가정",
  "농업인",
  "어업인",
  "예술인",
  "자영업자",
  "국가 유공자",
  "자립 준비 청년",
];
export const WAYS_TO_APPLY = [
  "시청 누리집",
  "전용 앱",
  "우편",
  "전화",
  "전자 우편",
  "주민 센터 방문",
  "팩스",
  "현장 접수",
  "통합 포털",
  "은행 창구 방문",
];
export const SITES = [
  "중앙 공원",
  "시민 광장",
  "문화 회관",
  "종합 운동장",
  "강변 산책로",
  "호수 공원",
  "옛 기차역",
  "체육관",
  "박물관",
  "수목원",
  "전통 시장",
  "해변 무대",
  "청소년 수련관",
  "미술관",
  "생태 공원",
  "어린이 회관",
];
export const ACTIVITIES = [
  "연날리기",
  "도자기 빚기",
  "거리 공연",
  "먹거리 시식",
  "사진 찍기",
  "보물찾기",
  "그림 그리기",
  "향초 만들기",
  "별자리 관측",
  "책 바꿔 읽기",
  "전통 놀이",
  "로봇 조종",
  "떡 만들기",
  "천연 염색",
];
export const COURSES = [
  "요리",
  "목공",
  "영어 회화",
  "컴퓨터 기초",
  "사진",
  "바리스타",
  "드론 조종",
  "한국사",
  "수채화",
  "요가",
  "글쓰기",
  "코딩",
  "정원 가꾸기",
  "제과 제빵",
  "재봉",
  "기타 연주",
  "수화",
  "텃밭",
  "영상 편집",
  "서예",
];
export const FACILITIES = [
  "작은 도서관",
  "어린이 놀이터",
  "반려견 쉼터",
  "실내 수영장",
  "공동 육아방",
  "창업 지원관",
  "치매 안심 센터",
  "생활 체육관",
  "천문대",
  "캠핑장",
  "로컬 푸드 매장",
  "자전거 대여소",
  "공유 주방",
  "메이커 작업실",
  "노인 복지관",
  "청소년 카페",
];
export const MEETING_ROOMS = ["소회의실", "대회의실", "화상 회의실", "3층 회의실", "본관 강당"];

/** Festivals by the months in which they make sense; an empty list means any month. */
const FESTIVAL_THEMES: readonly (readonly [theme: string, months: readonly number[]])[] = [
  ["봄꽃", [3, 4, 5]],
  ["바다", [6, 7, 8]],
  ["단풍", [10, 11]],
  ["눈꽃", [12, 1, 2]],
  ...["달빛", "가족", "전통", "책", "별", "커피", "김치", "도자기", "나눔", "청춘"].map(
    (t) => [t, []] as const,
  ),
  ...["재즈", "국악", "로봇", "과학", "환경", "허브"].map((t) => [t, []] as const),
];
export const FESTIVAL_FORMS = [
  "축제",
  "음악회",
  "전시회",
  "걷기 대회",
  "체험전",
  "장터",
  "영화제",
  "강연회",
  "경연 대회",
  "박람회",
];
/** The festival themes that fit a month (1-12). */
export const festivalThemes = (month: number): string[] =>
  FESTIVAL_THEMES.filter(([, months]) => months.length === 0 || months.includes(month)).map(
    ([theme]) => theme,
  );
