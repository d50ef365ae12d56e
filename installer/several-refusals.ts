import {type EngineError, Refused} from '../engine/errors.ts';

/**
 * @throws Refused or Lacking when there are refusals: the only one, or one that lists all
 */
export function throwRefusals(refusals: readonly EngineError[]): void {
	const [first, ...others] = refusals;
	if (first === undefined) return;
	if (others.length === 0) throw first;
	throw new SeveralRefusals([first, ...others]);
}

/** Several refusals at once. Code and exit status are the first one's. */
export class SeveralRefusals extends Refused {
	override readonly exitStatus: number;
	readonly refusals: readonly EngineError[];

	constructor(refusals: readonly [EngineError, ...EngineError[]]) {
		const hints = new Set(refusals.flatMap(({hint}) => hint ?? []));
		super(refusals[0].code, refusals.map(({message}) => message).join('; '), {
			hint: [...hints].join(' '),
		});
		this.exitStatus = refusals[0].exitStatus;
		this.refusals = refusals;
	}
}
