import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {parseReference} from '../../../engine/oci/reference.ts';
import {type Decision, decide, refusalOf} from '../../../engine/trust/decide.ts';
import {parsePolicy} from '../../../engine/trust/policy.ts';
import type {PolicySubject} from '../../../engine/trust/policy-subject.ts';

const test = suite('decision of a policy');
const path = '/etc/containers/policy.json';
const digest = `sha256:${'ab'.repeat(32)}`;

/** A policy from types by scope. */
function policyOf(
	fallback: readonly string[],
	transports: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {},
) {
	const listOf = (types: readonly string[]) => types.map((type) => ({type}));
	const scopes = Object.entries(transports).map(([transport, byScope]) => [
		transport,
		Object.fromEntries(Object.entries(byScope).map(([scope, types]) => [scope, listOf(types)])),
	]);
	const content = {default: listOf(fallback), transports: Object.fromEntries(scopes)};
	return parsePolicy(path, Buffer.from(JSON.stringify(content)));
}

const docker = (text: string): PolicySubject => ({
	transport: 'docker',
	reference: parseReference(text),
});
const oci = (place: string): PolicySubject => ({transport: 'oci', path: place});
const any = ['insecureAcceptAnything'];
const no = ['reject'];

const layered = policyOf(no, {
	docker: {
		'a.com/ns/app:1': no,
		'a.com/ns/app': any,
		[`a.com/ns/app@${digest}`]: ['sigstoreSigned'],
		'a.com/ns': ['signedBy'],
		'a.com': any,
		'*.b.com': any,
		'x.b.com:5000': no,
		'': ['signedBaseLayer'],
	},
	oci: {'/srv/images': any, '/srv/images/bad': no},
	'docker-archive': {'': any},
});
const found: readonly (readonly [subject: PolicySubject, decision: Decision])[] = [
	[docker('a.com/ns/app:1'), {kind: 'reject', scope: 'docker scope a.com/ns/app:1'}],
	[docker('a.com/ns/app:2'), {kind: 'accept', scope: 'docker scope a.com/ns/app'}],
	[
		docker(`a.com/ns/app:1@${digest}`),
		{
			kind: 'unchecked',
			scope: `docker scope a.com/ns/app@${digest}`,
			type: 'sigstoreSigned',
		},
	],
	[docker('a.com/ns/b'), {kind: 'unchecked', scope: 'docker scope a.com/ns', type: 'signedBy'}],
	[docker('a.com/nsx/b'), {kind: 'accept', scope: 'docker scope a.com'}],
	[docker('a.com:5000/x'), {kind: 'unchecked', scope: 'all of docker', type: 'signedBaseLayer'}],
	[docker('x.b.com:5000/x'), {kind: 'reject', scope: 'docker scope x.b.com:5000'}],
	[docker('x.b.com/x'), {kind: 'accept', scope: 'docker scope *.b.com'}],
	[docker('x.y.b.com:1/x'), {kind: 'accept', scope: 'docker scope *.b.com'}],
	[docker('b.com/x'), {kind: 'unchecked', scope: 'all of docker', type: 'signedBaseLayer'}],
	[oci('/srv/images/good'), {kind: 'accept', scope: 'oci scope /srv/images'}],
	[oci('/srv/images/bad/x'), {kind: 'reject', scope: 'oci scope /srv/images/bad'}],
	[oci('/srv/imagesx'), {kind: 'reject', scope: 'default'}],
	[
		{transport: 'oci-archive', path: '/srv/images/a'},
		{kind: 'reject', scope: 'default'},
	],
	[
		{transport: 'docker-archive', path: '/srv/a.tar'},
		{kind: 'accept', scope: 'all of docker-archive'},
	],
];
test('is that of the most exact scope alone', () => {
	for (const [subject, decision] of found)
		assert.equal(decide(layered, subject), decision, JSON.stringify(decision));
});

const lists: readonly (readonly [types: string[], kind: Decision['kind'], type?: string])[] = [
	[any, 'accept'],
	[[...any, ...any], 'accept'],
	[[...any, ...no], 'reject'],
	[['sigstoreSigned', ...no], 'reject'],
	[[...any, 'sigstoreSigned'], 'unchecked', 'sigstoreSigned'],
	[['signedBy', 'sigstoreSigned', ...any], 'unchecked', 'signedBy'],
	[['signedBaseLayer'], 'unchecked', 'signedBaseLayer'],
	[['laterKind', ...any], 'unchecked', 'laterKind'],
	[['InsecureAcceptAnything'], 'unchecked', 'InsecureAcceptAnything'],
	[[''], 'unchecked', ''],
	[['__proto__'], 'unchecked', '__proto__'],
];
test('asks for all requirements, and never takes one for met that it does not know', () => {
	for (const [types, kind, type] of lists)
		assert.equal(
			decide(policyOf(types), docker('a.com/x')),
			{kind, scope: 'default', ...(type !== undefined && {type})},
			`${types}`,
		);
	const empty = {path, default: [], transports: new Map()};
	assert.is(decide(empty, docker('a.com/x')).kind, 'unchecked');
});

test('is an error with file, type and scope unless it accepts', () => {
	const told = (types: readonly string[], text: string) => {
		const refusal = refusalOf(policyOf(any, {docker: {'a.com': types}}), docker(text));
		return refusal && [refusal.code, refusal.exitStatus, refusal.message, refusal.hint];
	};
	assert.is(told(any, 'a.com/x'), undefined);
	assert.is(told(no, 'b.com/x'), undefined);
	assert.equal(told(no, 'a.com/x:1'), [
		'policy-rejects',
		3,
		`${path} rejects a.com/x:1 (docker scope a.com)`,
		'Name an image that the policy accepts, or change the policy.',
	]);
	assert.equal(told(['sigstoreSigned'], 'a.com/x:1'), [
		'policy-unchecked',
		3,
		`${path} asks for sigstoreSigned of a.com/x:1 (docker scope a.com), and this slipway does not check that kind yet`,
		'Name an image of a scope without it, or run a slipway that checks sigstoreSigned.',
	]);
});

test.run();
