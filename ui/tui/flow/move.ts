import {screens} from './screens/all.ts';
import {
	type FlowState,
	type QuestionScreen,
	questionScreens,
	type ScreenName,
	type Transition,
} from './state.ts';

export const stay = (state: FlowState): Transition => ({state, effects: []});

/** To the next question, when the one on the screen is answered. */
export function goOn(state: FlowState): Transition {
	if (!isQuestion(state.screen) || state.busy !== undefined || state.isStarting) return stay(state);
	const problem = screens[state.screen].problem(state);
	if (problem !== undefined) return stay({...state, message: {kind: 'error', text: problem}});
	if (state.screen === 'confirm') return start(state);
	const next = questionScreens[questionScreens.indexOf(state.screen) + 1] ?? 'confirm';
	if (next === 'summary') return checkPlan(state);
	const moved = {...state, screen: next};
	return state.screen === 'system' ? loadKeymap(moved) : stay(moved);
}

/** What is typed from now on comes out as it will on the machine. */
function loadKeymap(state: FlowState): Transition {
	const {draft, machine, loadedKeymap} = state;
	const {keymap} = draft;
	if (keymap === '' || keymap === (loadedKeymap ?? machine?.defaults.keymap)) return stay(state);
	return {
		state: {...state, loadedKeymap: keymap},
		effects: [{type: 'load-keymap', keymap}],
	};
}

/** Shows the summary, when the plan has been made. */
export function checkPlan(state: FlowState): Transition {
	return {
		state: {
			...state,
			screen: 'summary',
			draft: {...state.draft, confirmation: ''},
			planned: undefined,
			planFailure: undefined,
			busy: 'Checking the image and the disk',
		},
		effects: [{type: 'plan', draft: state.draft}],
	};
}

function start(state: FlowState): Transition {
	const {planned} = state;
	if (planned === undefined) return checkPlan(state);
	return {
		state: {...state, busy: 'Starting', isStarting: true},
		effects: [{type: 'start', answers: planned.answers, plan: planned.plan}],
	};
}

/** To the question before; what was answered stays. */
export function goBack(state: FlowState): Transition {
	if (!isQuestion(state.screen)) return stay(state);
	if (state.isStarting) return stay(tooLate(state));
	const at = questionScreens.indexOf(state.screen);
	const before = {...state, screen: questionScreens[Math.max(0, at - 1)] ?? 'welcome'};
	return state.screen === 'summary'
		? {state: {...before, busy: undefined}, effects: [{type: 'cancel-plan'}]}
		: stay(before);
}

/** What was confirmed is under way, and nobody can say yet how far. */
export function tooLate(state: FlowState): FlowState {
	const text = 'The installation is being started; it can be stopped as soon as it is there.';
	return {...state, armed: undefined, message: {kind: 'error', text}};
}

export function isQuestion(screen: ScreenName): screen is QuestionScreen {
	return questionScreens.some((question) => question === screen);
}
