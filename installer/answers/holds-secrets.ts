import {Secret} from './secret.ts';

/** Whether answers, or a part of them, have a secret in themselves and not only the place of one. */
export function holdsSecrets(answers: unknown): boolean {
	if (answers instanceof Secret) return true;
	if (typeof answers !== 'object' || answers === null) return false;
	const parts = answers instanceof Map ? [...answers.values()] : Object.values(answers);
	return parts.some(holdsSecrets);
}
