/**
 * Below 0 when the first `[EPOCH:]VERSION-RELEASE` is the older one, above when it is the newer.
 * @see https://rpm-software-management.github.io/rpm/manual/dependencies.html
 */
export function compareRpmVersions(one: string, other: string): number {
	const left = splitVersion(one);
	const right = splitVersion(other);
	return (
		left.epoch - right.epoch ||
		compareParts(left.version, right.version) ||
		compareParts(left.release, right.release)
	);
}

function splitVersion(text: string) {
	const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(.*)$/s.exec(text) ?? [];
	const dash = rest.lastIndexOf('-');
	const [version, release] = dash < 0 ? [rest, ''] : [rest.slice(0, dash), rest.slice(dash + 1)];
	return {epoch: Number(epoch), version, release};
}

/** Numbers, words, and the two signs that have a rank; all else only parts them. */
const parts = /\d+|[A-Za-z]+|[~^]/g;

function compareParts(one: string, other: string): number {
	const left = one.match(parts) ?? [];
	const right = other.match(parts) ?? [];
	for (let at = 0; at < Math.max(left.length, right.length); at++) {
		const order = comparePart(left[at], right[at]);
		if (order !== 0) return order;
	}
	return 0;
}

function comparePart(one: string | undefined, other: string | undefined): number {
	if (one === other) return 0;
	const order = rank(one) - rank(other);
	if (order !== 0 || one === undefined || other === undefined) return order;
	if (!/^\d/.test(one)) return one < other ? -1 : 1;
	const [left, right] = [one.replace(/^0+/, ''), other.replace(/^0+/, '')];
	if (left.length !== right.length) return left.length - right.length;
	return left < right ? -1 : Number(left > right);
}

/** A tilde is before the end, the end before a caret, and that before words and then numbers. */
function rank(part: string | undefined): number {
	if (part === undefined) return 1;
	if (part === '~') return 0;
	if (part === '^') return 2;
	return /^\d/.test(part) ? 4 : 3;
}
