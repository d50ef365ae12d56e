/** What the rest of a version may begin with, oldest first; anything else is newer than these. */
const marks: readonly ((rest: string) => boolean)[] = [
	(rest) => rest.startsWith('~'),
	(rest) => rest === '',
	(rest) => rest.startsWith('-'),
	(rest) => rest.startsWith('^'),
	(rest) => rest.startsWith('.'),
];

/**
 * Compares versions as systemd does, the package's release included: `257~rc1-1` is older than `257-1`,
 * and `257-1` than `257.1-1`. Negative when `a` is older, positive when it is newer.
 * @see https://uapi-group.org/specifications/specs/version_format_specification/
 */
export function compareVersions(a: string, b: string): number {
	let [restA, restB] = [a, b];
	for (;;) {
		[restA, restB] = [skipUnknown(restA), skipUnknown(restB)];
		for (const isMarked of marks) {
			const [markedA, markedB] = [isMarked(restA), isMarked(restB)];
			if (markedA !== markedB) return markedA ? -1 : 1;
			if (!markedA) continue;
			if (restA === '') return 0;
			[restA, restB] = [restA.slice(1), restB.slice(1)];
		}
		const isNumber = /^\d/.test(restA) || /^\d/.test(restB);
		const [segmentA, segmentB] = [firstSegment(restA, isNumber), firstSegment(restB, isNumber)];
		const order = isNumber
			? compare(numberOf(segmentA), numberOf(segmentB))
			: compare(segmentA, segmentB);
		if (order !== 0) return order;
		[restA, restB] = [restA.slice(segmentA.length), restB.slice(segmentB.length)];
	}
}

/** What is in no version only parts its segments. */
function skipUnknown(rest: string): string {
	return rest.replace(/^[^A-Za-z0-9~^.-]+/, '');
}

function firstSegment(rest: string, isNumber: boolean): string {
	const [segment = ''] = (isNumber ? /^\d+/ : /^[A-Za-z]+/).exec(rest) ?? [];
	return segment;
}

/** No number is older than any. */
function numberOf(digits: string): bigint {
	return digits === '' ? -1n : BigInt(digits);
}

function compare<Value extends string | bigint>(a: Value, b: Value): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
