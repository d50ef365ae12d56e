/** Secrets, and content that is none: where it is, rather than what it is. */
import type {ContentSource, SecretSource} from '../answers/answers.ts';
import {Secret} from '../answers/secret.ts';
import {converted, type Field, text} from './field.ts';
import {type Alternative, oneOf} from './list-field.ts';
import {isPasswordHash, passwordHashSyntax} from './password-hash.ts';
import {optional, sparse, table} from './table-field.ts';
import {absolutePath, sha256, webAddress} from './value-fields.ts';

/** A hash is safe to hand on only among those who may try passwords on it, so it is not shown either. */
export const passwordHash: Field<Secret> = converted(
	text(passwordHashSyntax, {check: isPasswordHash, isSecret: true}),
	{read: (value) => new Secret(value), write: (secret) => secret.reveal()},
);

const maxInlineContent = 1024 * 1024;

const inlineContent = text('a text of 1 MiB at most', {
	check: (value) => Buffer.byteLength(value) <= maxInlineContent,
	isSecret: true,
});

const credentialName = text('the name of a credential', {
	pattern: /^(?!\.{1,2}$)[\x21-\x2e\x30-\x7e]{1,255}$/,
});

const secretSyntax = 'a secret as {file = "…"} or {credential = "…"}';
const inlineSyntax = `${secretSyntax}; as a text only with allow-inline-secrets = true`;

const secretReference = converted(
	sparse(table({file: optional(absolutePath), credential: optional(credentialName)})),
	{
		read: ({file, credential}): SecretSource | undefined => {
			if ((file === undefined) === (credential === undefined)) return undefined;
			return file === undefined
				? {kind: 'credential', name: credential ?? ''}
				: {kind: 'file', path: file};
		},
		write: writeReference,
	},
	secretSyntax,
);

const inlineSecret: Field<SecretSource> = {
	...secretReference,
	expected: inlineSyntax,
	jsonSchema: {type: 'string', description: 'needs allow-inline-secrets = true'},
	read(node, reading) {
		if (node.kind === 'text' && reading.allowsInlineSecrets)
			return {kind: 'inline', secret: new Secret(node.value)};
		reading.mistakes.add(node.at, {key: node.name, found: 'a text', expected: inlineSyntax});
		return undefined;
	},
	/** What stands in its place is a mistake to be mended: without it all would be done as if it had never been said. */
	write(_value, leaveOut, key) {
		leaveOut(key);
		return {file: ''};
	},
};

const secretAlternatives: readonly Alternative<SecretSource>[] = [
	{kind: 'text', field: inlineSecret, writes: ({kind}) => kind === 'inline'},
	{kind: 'table', field: secretReference},
];

export const secretSource: Field<SecretSource> = oneOf(secretSyntax, secretAlternatives);

const plainText: Field<ContentSource> = converted(inlineContent, {
	read: (value): ContentSource => ({kind: 'text', text: value}),
	write: (source) => (source.kind === 'text' ? source.text : ''),
});

const contentSyntax = 'a text, {file = "…"} or {url = "…", sha256 = "…"}';

const contentReference = converted(
	sparse(
		table({file: optional(absolutePath), url: optional(webAddress), sha256: optional(sha256)}),
	),
	{
		read: ({file, url, sha256}): ContentSource | undefined => {
			if (file !== undefined && url === undefined && sha256 === undefined)
				return {kind: 'file', path: file};
			if (file !== undefined || url === undefined || sha256 === undefined) return undefined;
			return {kind: 'url', url, sha256};
		},
		write: (source) => {
			switch (source.kind) {
				case 'file':
					return {file: source.path};
				case 'url':
					return {url: source.url, sha256: source.sha256};
				case 'text':
					return {};
			}
		},
	},
	contentSyntax,
);

export const contentSource: Field<ContentSource> = oneOf(contentSyntax, [
	{kind: 'text', field: plainText, writes: ({kind}) => kind === 'text'},
	{kind: 'table', field: contentReference},
]);

type FileContent = ContentSource | SecretSource;

/** Content that may be either; what stands in the file itself is none that must not be seen. */
export const fileContent: Field<FileContent> = {
	expected: `${contentSyntax}, or {credential = "…"}`,
	jsonSchema: {anyOf: [contentSource.jsonSchema, secretReference.jsonSchema]},
	read(node, reading) {
		const isSecret = node.kind === 'table' && node.entries.has('credential');
		return (isSecret ? secretSource : contentSource).read(node, reading);
	},
	write: (value, leaveOut, key) =>
		value.kind === 'credential' || value.kind === 'inline'
			? secretSource.write(value, leaveOut, key)
			: contentSource.write(value, leaveOut, key),
};

function writeReference(source: SecretSource) {
	switch (source.kind) {
		case 'file':
			return {file: source.path};
		case 'credential':
			return {credential: source.name};
		case 'inline':
			return {};
	}
}
