// Turns a sentence in the polite style (-습니다) into the plain style (-다), for the endings that the generated texts use.

// Polite -> plain; adjectives keep -다 where verbs take -ㄴ다, so both are listed. The longest match counts.
const ENDINGS: readonly (readonly [polite: string, plain: string])[] = [
  ["했습니다", "했다"],
  ["었습니다", "었다"],
  ["았습니다", "았다"],
  ["췄습니다", "췄다"],
  ["졌습니다", "졌다"],
  ["혔습니다", "혔다"],
  ["렸습니다", "렸다"],
  ["갔습니다", "갔다"],
  ["왔습니다", "왔다"],
  ["였습니다", "였다"],
  ["섰습니다", "섰다"],
  ["있습니다", "있다"],
  ["없습니다", "없다"],
  ["않습니다", "않는다"],
  ["입니다", "이다"],
  ["붙입니다", "붙인다"],
  ["합니다", "한다"],
  ["부족합니다", "부족하다"],
  ["깔끔합니다", "깔끔하다"],
  ["저렴합니다", "저렴하다"],
  ["꼼꼼합니다", "꼼꼼하다"],
  ["튼튼합니다", "튼튼하다"],
  ["만합니다", "만하다"],
  ["됩니다", "된다"],
  ["받습니다", "받는다"],
  ["닫습니다", "닫는다"],
  ["맞습니다", "맞는다"],
  ["찾습니다", "찾는다"],
  ["막습니다", "막는다"],
  ["빠집니다", "빠진다"],
  ["엽니다", "연다"],
  ["냅니다", "낸다"],
  ["갑니다", "간다"],
  ["쉽니다", "쉰다"],
  ["꼽힙니다", "꼽힌다"],
  ["보입니다", "보인다"],
  ["줍니다", "준다"],
  ["가립니다", "가린다"],
  ["둡니다", "둔다"],
  ["풀립니다", "풀린다"],
  ["오릅니다", "오른다"],
  ["내립니다", "내린다"],
  ["올립니다", "올린다"],
  ["늘어납니다", "늘어난다"],
  ["줄어듭니다", "줄어든다"],
  ["집니다", "진다"],
  ["물립니다", "물린다"],
  ["생깁니다", "생긴다"],
  ["열립니다", "열린다"],
  ["끝납니다", "끝난다"],
  ["따릅니다", "따른다"],
];
const LONGEST_FIRST = [...ENDINGS].sort((a, b) => b[0].length - a[0].length);

/** The sentence in the plain style, or undefined when it does not end in a known polite form. */
export function plainStyle(sentence: string): string | undefined {
  const body = sentence.replace(/\.$/, "");
  const found = LONGEST_FIRST.find(([polite]) => body.endsWith(polite));
  return found && `${body.slice(0, -found[0].length)}${found[1]}.`;
}
