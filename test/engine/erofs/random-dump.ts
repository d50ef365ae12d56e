import {hash} from 'node:crypto';
import {escapeField, escapeXattr} from '../../../engine/erofs/dump-escapes.ts';
import {objectPathOf} from '../../../engine/erofs/overlay.ts';
import type {SeededRandom} from '../../seeded.ts';

/** Lengths at which the writer decides something, and those beside them. */
const edges = [1, 31, 63, 64, 65, 2047, 2048, 2049, 3900, 4064, 4095, 4096];

/** Of a device: it shows in the kind of header alone, so that no reader can give it back. */
export const oddSize = 2 ** 32 + 5;

const valueLengths = [0, 1, 1, 4, 20, 60, 300];

/**
 * A dump of a random tree, with all that a dump can say and that tools disagree on most easily: hard
 * links before their targets, whiteouts, names around `.`, contents and links around block ends, many
 * shared xattrs, nested overlay xattrs, object paths of their own, sizes around chunk boundaries.
 */
export function randomDump(random: SeededRandom): Buffer {
	return new DumpMaker(random).make();
}

class DumpMaker {
	readonly #random: SeededRandom;
	readonly #directories = ['/'];
	readonly #leaves: string[] = [];
	readonly #paths = new Set(['/']);
	readonly #lines: string[] = [];
	readonly #times: readonly string[];
	readonly #xattrs: readonly string[];

	constructor(random: SeededRandom) {
		this.#random = random;
		this.#times = Array.from({length: random.between(1, 3)}, () => this.#time());
		this.#xattrs = Array.from({length: random.between(1, 200)}, () => this.#xattr());
	}

	make(): Buffer {
		const random = this.#random;
		this.#lines.push(`/ 0 40755 2 0 0 0 ${this.#metadataTime()} - - -${this.#someXattrs()}`);
		const leaves: string[] = [];
		for (let count = random.pick([0, 1, 5, 40, 150, 400]); count > 0; count--) {
			const path = this.#newPath();
			if (random.below(6) === 0) {
				this.#directories.push(path);
				this.#lines.push(
					`${escapeField(path)} 0 4${this.#mode()} 2 ${this.#owner()} 0 ${this.#metadataTime()} - - -${this.#someXattrs()}`,
				);
			} else if (this.#leaves.length > 0 && random.below(10) === 0) {
				const target = random.pick(this.#leaves);
				leaves.push(`${escapeField(path)} 0 @100644 - - - - 0.0 ${escapeField(target)} - -`);
				this.#leaves.push(path);
			} else {
				leaves.push(this.#leaf(path));
				this.#leaves.push(path);
			}
		}
		// Links stand before or behind what they lead to.
		for (let at = leaves.length - 1; at > 0; at--) {
			const other = random.below(at + 1);
			[leaves[at], leaves[other]] = [leaves[other] ?? '', leaves[at] ?? ''];
		}
		return Buffer.from(`${[...this.#lines, ...leaves].join('\n')}\n`, 'latin1');
	}

	#newPath(): string {
		for (;;) {
			const directory = this.#random.pick(this.#directories);
			const path = (directory === '/' ? '/' : `${directory}/`) + this.#name();
			if (this.#paths.has(path) || path.length > 3000) continue;
			this.#paths.add(path);
			return path;
		}
	}

	#name(): string {
		const random = this.#random;
		switch (random.below(8)) {
			case 0:
				return random.below(256).toString(16).padStart(2, '0');
			case 1:
				return random.pick(['-', '!', '+x', '...', '..a', '.a', '=', '@', '\\', ' ', '\xff']);
			case 2:
				return random
					.bytes(random.between(1, 20))
					.toString('latin1')
					.replace(/[\0/]/g, '_')
					.replace(/^\.+$/, '_');
			case 3:
				return `long${random.below(1e6)}`.padEnd(random.between(20, 255), 'n');
			default:
				return `n${random.below(1e5)}`;
		}
	}

	#leaf(path: string): string {
		const random = this.#random;
		const [size, type, rdev, content] = random.pick([
			() => this.#external(),
			() => this.#external(),
			() => this.#inline(),
			() => this.#inline(),
			() => [0, '10', 0, '- - -'] as const,
			() => this.#symlink(),
			() => this.#special(),
		])();
		return `${escapeField(path)} ${size} ${type}${this.#mode()} ${this.#links()} ${this.#owner()} ${rdev} ${this.#metadataTime()} ${content}${this.#someXattrs()}`;
	}

	#external() {
		const random = this.#random;
		const size =
			random.below(2) === 0
				? random.between(1, 1e6)
				: Math.min(Math.max(2 ** random.between(0, 53) + random.between(-1, 1), 1), 2 ** 53);
		const digest = hash('sha256', String(random.below(random.pick([3, 1e9]))), 'hex');
		const payload = random.pick([
			objectPathOf(digest),
			objectPathOf(digest),
			objectPathOf(digest),
			'-',
			'/absolute',
			digest,
			`elsewhere/${random.below(3)}`,
		]);
		return [size, '10', 0, `${payload} - ${random.below(8) === 0 ? '-' : digest}`] as const;
	}

	#inline() {
		const random = this.#random;
		const size = Math.max(random.pick([1, 40, 64, ...edges, 5000]) + random.between(-2, 2), 1);
		const length = Math.min(size, 5000);
		return [length, '10', 0, `- ${escapeField('i'.repeat(length))} -`] as const;
	}

	#symlink() {
		const random = this.#random;
		const length = random.below(3) > 0 ? random.between(1, 60) : random.pick(edges.slice(0, -1));
		return [random.below(2) * length, '12', 0, `${'t'.repeat(length)} - -`] as const;
	}

	#special() {
		const random = this.#random;
		const type = random.pick(['2', '2', '6', '1', '14']);
		const rdev = random.below(2) === 0 ? 0 : random.below(2 ** 32);
		const size = random.below(20) === 0 ? oddSize : random.pick([0, 7]);
		return [size, type, rdev, '- - -'] as const;
	}

	#mode(): string {
		return this.#random.pick(['0644', '0755', '4755', '1777', '0000', '0600']);
	}

	#links(): number {
		return this.#random.pick([1, 1, 1, 1, 2, 65_535, 65_536, 0]);
	}

	#owner(): string {
		const id = () => this.#random.pick([0, 0, 0, 0, 1000, 65_535, 65_536, 2 ** 32 - 1]);
		return `${id()} ${id()}`;
	}

	#time(): string {
		const random = this.#random;
		const sec = random.pick([0, 1, 1_700_000_000, 2 ** 33, -1, -(2 ** 33)]);
		return `${sec}.${random.pick([0, 0, 5, 999_999_999])}`;
	}

	/** Mostly one of few, since only the earliest time of a tree makes a compact inode. */
	#metadataTime(): string {
		return this.#random.below(5) === 0 ? this.#time() : this.#random.pick(this.#times);
	}

	#xattr(): string {
		const random = this.#random;
		const key = random.pick([
			`user.${'k'.repeat(random.between(0, 200))}${random.below(100)}`,
			`user.k${random.below(200)}`,
			'user.overlay.opaque',
			'user.overlay.whiteouts',
			'security.selinux',
			'security.capability',
			'system.posix_acl_access',
			'system.posix_acl_default',
			'system.other',
			'trusted.x',
			'trusted.overlay.opaque',
			'trusted.overlay.whiteout',
			'trusted.overlay.overlay.redirect',
			'trusted.overlay.overlay.whiteouts',
			'lustre.x',
			'other',
			`zz${'=\x01'.repeat(random.below(3))}`,
		]);
		// mkcomposefs fails where it would have to replace a value by one of another length.
		const lengths = key.endsWith('opaque') ? [1] : key.includes('whiteout') ? [0] : valueLengths;
		const value = random.bytes(random.pick(lengths)).toString('latin1');
		return `${escapeXattr(key)}=${escapeXattr(value)}`;
	}

	#someXattrs(): string {
		const random = this.#random;
		const count = random.pick([0, 0, 0, 0, 1, 2, 5, random.below(20) === 0 ? 180 : 1]);
		// mkcomposefs refuses more than 32 KiB on one inode.
		const choices = count > 10 ? this.#xattrs.filter(({length}) => length < 200) : this.#xattrs;
		if (choices.length === 0) return '';
		return Array.from({length: count}, () => ` ${random.pick(choices)}`).join('');
	}
}
