import {Refused} from '../errors.ts';
import type {Policy, Requirements} from './policy.ts';
import {formatSubject, type PolicySubject, scopesOf} from './policy-subject.ts';

/** What a policy says of an image, and where it says so. */
export type Decision =
	| {readonly kind: 'accept'; readonly scope: string}
	| {readonly kind: 'reject'; readonly scope: string}
	/** It asks for something that this slipway cannot check, which is never taken for met. */
	| {readonly kind: 'unchecked'; readonly scope: string; readonly type: string};

/** Only the most exact scope counts, and all that it asks for must be met. */
export function decide(policy: Policy, subject: PolicySubject): Decision {
	const {scope, requirements} = requirementsFor(policy, subject);
	const types = requirements.map(({type}) => type);
	if (types.includes('reject')) return {kind: 'reject', scope};
	const unchecked = types.find((type) => type !== 'insecureAcceptAnything');
	return unchecked === undefined && types.length > 0
		? {kind: 'accept', scope}
		: {kind: 'unchecked', scope, type: unchecked ?? 'nothing'};
}

/** The error for an image that is not accepted; undefined for one that is. */
export function refusalOf(policy: Policy, subject: PolicySubject): Refused | undefined {
	const decision = decide(policy, subject);
	const name = formatSubject(subject);
	switch (decision.kind) {
		case 'accept':
			return undefined;
		case 'reject':
			return new Refused('policy-rejects', `${policy.path} rejects ${name} (${decision.scope})`, {
				hint: 'Name an image that the policy accepts, or change the policy.',
			});
		case 'unchecked':
			return new Refused(
				'policy-unchecked',
				`${policy.path} asks for ${decision.type} of ${name} (${decision.scope}), and this slipway does not check that kind yet`,
				{
					hint: `Name an image of a scope without it, or run a slipway that checks ${decision.type}.`,
				},
			);
	}
}

function requirementsFor(
	{default: fallback, transports}: Policy,
	subject: PolicySubject,
): {readonly scope: string; readonly requirements: Requirements} {
	const {transport} = subject;
	const scopes = transports.get(transport);
	for (const scope of [...scopesOf(subject), '']) {
		const requirements = scopes?.get(scope);
		if (requirements === undefined) continue;
		const shown = scope === '' ? `all of ${transport}` : `${transport} scope ${scope}`;
		return {scope: shown, requirements};
	}
	return {scope: 'default', requirements: fallback};
}
