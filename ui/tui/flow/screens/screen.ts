import type {FlowState} from '../state.ts';
import type {ScreenView} from '../view.ts';

/** One screen: what it shows, and what keeps a person from going on. Both pure. */
export interface Screen {
	view(state: FlowState): ScreenView;
	/** One sentence, the first thing that is wrong; undefined when nothing is. */
	problem(state: FlowState): string | undefined;
}

export const noProblem = (): undefined => undefined;
