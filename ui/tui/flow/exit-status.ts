import {exitStatus} from '../../../engine/errors.ts';
import type {FlowState} from './state.ts';

/** Who leaves before anything is written ends it as with Ctrl+C. */
const left = 130;

/** What the program ends with when the person leaves. */
export function exitStatusOf({ending}: FlowState): number {
	if (ending === undefined) return left;
	return ending.kind === 'installed' ? exitStatus.ok : ending.exitStatus;
}
